using Intervision.Intake.Tests;

// One service for the assembly: every test makes its own cases.
[assembly: AssemblyFixture(typeof(IntakeFixture))]
