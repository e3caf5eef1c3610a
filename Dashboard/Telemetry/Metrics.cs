namespace Intervision.Dashboard.Telemetry;

internal enum InstrumentKind { Gauge, Counter, UpDownCounter, Histogram, ExponentialHistogram, Summary }

/// <param name="Meter">The scope's name.</param>
/// <param name="Series">How many combinations of dimensions are known.</param>
internal sealed record Instrument(
    long Id, string Resource, string Meter, string Name, string Unit, InstrumentKind Kind, string Description, int Series, DateTimeOffset LastSeen);

/// <summary>A dimension and the values it has taken, at most 100 of them.</summary>
internal sealed record Dimension(string Key, IReadOnlyList<string> Values);

/// <param name="Instrument">Its id.</param>
/// <param name="Dimensions">Only series with these values; several values of one key are alternatives.</param>
/// <param name="Buckets">Points wanted on the time axis, 1 to 1000.</param>
/// <param name="SplitBy">One line per value of this dimension (at most 20, the others together as "…"); null: all together.</param>
internal sealed record ChartQuery(
    long Instrument, DateTimeOffset From, DateTimeOffset Until, int Buckets, IReadOnlyList<Tag> Dimensions, string? SplitBy = null);

/// <summary>What to draw. Gauges and up-down counters show their value; counters and histograms what was added per second.</summary>
/// <param name="Width">Of one bucket.</param>
/// <param name="Percentiles">For histograms: over the whole range, null without any measurement in it.</param>
/// <param name="Exemplars">At most 200, newest first.</param>
internal sealed record Chart(
    Instrument Instrument, DateTimeOffset From, TimeSpan Width, IReadOnlyList<ChartLine> Lines, IReadOnlyList<Dimension> Dimensions,
    Percentiles? Percentiles, IReadOnlyList<Exemplar> Exemplars, string ValueUnit);

/// <param name="Label">The value of the dimension it is split by; empty when it is not.</param>
/// <param name="Points">One per bucket; null where nothing was measured. For a histogram: measurements per second.</param>
/// <param name="Percentiles">For histograms, one per bucket (null: nothing measured), in the instrument's unit; else empty.</param>
/// <param name="Latest">
/// The last value; for counters the running total, for histograms the number of measurements: of who tells it still, and null when nobody does.
/// </param>
internal sealed record ChartLine(string Label, IReadOnlyList<double?> Points, IReadOnlyList<Percentiles?> Percentiles, double? Latest);

internal sealed record Percentiles(double P50, double P90, double P99, long Count, double Sum);

internal sealed record Exemplar(DateTimeOffset Time, double Value, string TraceId, string SpanId, IReadOnlyList<Tag> Dimensions);

/// <summary>The last value of one series of a gauge or counter; of a histogram the number of measurements.</summary>
/// <param name="Time">When it was told.</param>
internal sealed record LatestValue(Instrument Instrument, IReadOnlyList<Tag> Dimensions, double Value, DateTimeOffset Time)
{
    /// <summary>How far back <see cref="Lowest"/> and <see cref="Grown"/> look, for who asks for several.</summary>
    public TimeSpan Over { get; init; }

    /// <summary>The least it was in that time; null: it is not that old.</summary>
    public double? Lowest { get; init; } = Value;

    /// <summary>How much was added in that time, of what only grows; since the sender's last start when there was one.</summary>
    public double Grown { get; init; } = Value;
}
