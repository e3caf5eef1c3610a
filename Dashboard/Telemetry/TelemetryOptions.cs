using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// Bounds of what is received and kept: configuration <c>Dashboard:TelemetryLimits:NAME</c>. The first six have the names of the
/// genuine dashboard, the others are ours.
/// </summary>
internal sealed record TelemetryOptions
{
    public long MaxLogCount { get; init; } = 200_000;
    public long MaxTraceCount { get; init; } = 50_000;
    public long MaxMetricsCount { get; init; } = 2_000_000;
    /// <summary>Of one span, log, event, link or series; of a resource too.</summary>
    public int MaxAttributeCount { get; init; } = 128;
    /// <summary>Characters of an attribute's value; a log's message may be eight times as long.</summary>
    public int MaxAttributeLength { get; init; } = 4096;
    /// <summary>Events of one span, and links of one span.</summary>
    public int MaxSpanEventCount { get; init; } = 128;

    public long MaxSpanCount { get; init; } = 500_000;
    public int MaxSpansPerTrace { get; init; } = 10_000;
    /// <summary>Combinations of dimensions of one instrument.</summary>
    public int MaxSeriesPerInstrument { get; init; } = 2_000;
    public int MaxInstrumentCount { get; init; } = 5_000;
    /// <summary>Of all instruments together: each is remembered while the app host runs.</summary>
    public int MaxSeriesCount { get; init; } = 100_000;
    /// <summary>Of the pages of the database that are in use.</summary>
    public long MaxBytes { get; init; } = 1L << 30;
    /// <summary>Bytes, as received, that may wait for the disk; one sender may have half of it.</summary>
    public long QueueBytes { get; init; } = 16L << 20;
    /// <summary>One request, as sent; decompressed it may be four times that.</summary>
    public int MaxRequestBytes { get; init; } = 4 << 20;
    /// <summary>Requests that are read at the same time; the others wait for their turn, unread.</summary>
    public int MaxRequestsAtOnce { get; init; } = 16;
    public TimeSpan QueryTimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    public static TelemetryOptions Of(IConfiguration configuration)
    {
        var limits = configuration.GetSection("Dashboard:TelemetryLimits");
        var standard = new TelemetryOptions();
        return new TelemetryOptions
        {
            MaxLogCount = Number(limits, nameof(MaxLogCount), standard.MaxLogCount),
            MaxTraceCount = Number(limits, nameof(MaxTraceCount), standard.MaxTraceCount),
            MaxMetricsCount = Number(limits, nameof(MaxMetricsCount), standard.MaxMetricsCount),
            MaxAttributeCount = (int)Number(limits, nameof(MaxAttributeCount), standard.MaxAttributeCount),
            MaxAttributeLength = (int)Number(limits, nameof(MaxAttributeLength), standard.MaxAttributeLength),
            MaxSpanEventCount = (int)Number(limits, nameof(MaxSpanEventCount), standard.MaxSpanEventCount),
            MaxSpanCount = Number(limits, nameof(MaxSpanCount), standard.MaxSpanCount),
            MaxSpansPerTrace = (int)Number(limits, nameof(MaxSpansPerTrace), standard.MaxSpansPerTrace),
            MaxSeriesPerInstrument = (int)Number(limits, nameof(MaxSeriesPerInstrument), standard.MaxSeriesPerInstrument),
            MaxInstrumentCount = (int)Number(limits, nameof(MaxInstrumentCount), standard.MaxInstrumentCount),
            MaxSeriesCount = (int)Number(limits, nameof(MaxSeriesCount), standard.MaxSeriesCount),
            MaxBytes = Number(limits, nameof(MaxBytes), standard.MaxBytes),
            QueueBytes = Number(limits, nameof(QueueBytes), standard.QueueBytes),
            MaxRequestBytes = (int)Number(limits, nameof(MaxRequestBytes), standard.MaxRequestBytes),
            MaxRequestsAtOnce = (int)Number(limits, nameof(MaxRequestsAtOnce), standard.MaxRequestsAtOnce),
            QueryTimeLimit = TimeSpan.FromMilliseconds(Number(limits, "QueryMilliseconds", (long)standard.QueryTimeLimit.TotalMilliseconds)),
        };
    }

    internal static long Number(IConfigurationSection limits, string name, long standard) => limits[name] is not { Length: > 0 } text
        ? standard
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= int.MaxValue * 1000L
            ? number
            : throw new InvalidOperationException($"{limits.Path}:{name} : « {text} » n'est pas un nombre positif.");
}
