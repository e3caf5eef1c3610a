using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Processes;

/// <summary>
/// When a process that ended by itself is started again. Not in the original; configuration:
/// <c>AppHost:Restart:Enabled</c> (true), <c>AppHost:Restart:FirstDelay</c> (0.5 s), <c>AppHost:Restart:LongestDelay</c> (30 s),
/// <c>AppHost:Restart:Attempts</c> (5: how often one that was never healthy is tried).
/// </summary>
internal sealed record RestartPolicy(bool Enabled, TimeSpan FirstDelay, TimeSpan LongestDelay, int Attempts)
{
    /// <summary>A life of this length, and healthy, forgives earlier crashes.</summary>
    public static readonly TimeSpan Forgiving = TimeSpan.FromSeconds(10);

    public static RestartPolicy From(IConfiguration configuration)
    {
        var section = configuration.GetSection("AppHost:Restart");
        return new(
            section.GetValue("Enabled", true),
            Seconds(section["FirstDelay"], 0.5),
            Seconds(section["LongestDelay"], 30),
            section.GetValue("Attempts", 5));
    }

    /// <summary>Doubles with each crash in a row.</summary>
    public TimeSpan Delay(int crashesInARow)
    {
        var doubled = FirstDelay.TotalSeconds * Math.Pow(2, Math.Clamp(crashesInARow - 1, 0, 30));
        return TimeSpan.FromSeconds(Math.Min(doubled, LongestDelay.TotalSeconds));
    }

    private static TimeSpan Seconds(string? text, double otherwise) =>
        TimeSpan.FromSeconds(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : otherwise);
}
