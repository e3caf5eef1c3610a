using System.Diagnostics.Metrics;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>
/// Bounds for histograms of seconds. Those an exporter takes by itself (0, 5, 10 …) are meant for milliseconds: every call would
/// fall into the first and no percentile could be told.
/// </summary>
internal static class Durations
{
    private static readonly double[] UpToHalfAMinute = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    public static readonly InstrumentAdvice<double> InSeconds = new() { HistogramBucketBoundaries = UpToHalfAMinute };

    /// <summary>Of what waits for others, an outage long: no percentile can be told above the highest bound, and alarms are.</summary>
    public static readonly InstrumentAdvice<double> OfWaits = new() { HistogramBucketBoundaries = [.. UpToHalfAMinute, 60, 120, 300, 900, 3600] };
}
