using System.Globalization;

namespace Intervision.Production.Tests;

/// <summary>
/// Addresses of this test process alone, in 127.64.0.0/10: nobody else listens there, so a port that was taken once can be
/// taken again by the process that comes after, and none has to be found free.
/// </summary>
internal static class Loopback
{
    private static int last = 20_000;

    /// <summary>Of this process, by its number (below 2^22).</summary>
    public static string Host { get; } = string.Create(
        CultureInfo.InvariantCulture, $"127.{64 + ((Environment.ProcessId >> 16) & 63)}.{(Environment.ProcessId >> 8) & 255}.{Environment.ProcessId & 255}");

    public static int Port() => Interlocked.Increment(ref last);
}
