using System.Diagnostics.Metrics;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>
/// Bounds for histograms of seconds. Those an exporter takes by itself (0, 5, 10 …) are meant for milliseconds: every call would
/// fall into the first and no percentile could be told.
/// </summary>
internal static class Durations
{
    public static readonly InstrumentAdvice<double> InSeconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };
}
