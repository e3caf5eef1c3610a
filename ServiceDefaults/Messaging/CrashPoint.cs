using System.Diagnostics;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Named points where a test's child process kills itself (MESSAGING §E): off unless the environment variable
/// <c>INTERVISION_CRASH_POINT</c> names the point, as only those tests do.
/// </summary>
public static class CrashPoint
{
    private static readonly string? Armed = Environment.GetEnvironmentVariable("INTERVISION_CRASH_POINT");

    public static void Hit(string point)
    {
        if (Armed is not null && Armed == point)
        {
            // SIGKILL, as a power cut would: no finally block, no flush.
            Process.GetCurrentProcess().Kill();
        }
    }
}
