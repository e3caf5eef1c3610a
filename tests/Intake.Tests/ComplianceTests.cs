using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>The messaging promise, on this service's own database.</summary>
public sealed class ComplianceTests() : MessagingCompliance("intake", typeof(Program).Assembly);
