namespace Intervision.Intake.Cases;

/// <summary>sessions/{id}: another service's resource, known by name only.</summary>
internal static class SessionNames
{
    public static bool IsValid(string name) => name.StartsWith("sessions/", StringComparison.Ordinal) && name.Length is > 9 and <= 80;
}
