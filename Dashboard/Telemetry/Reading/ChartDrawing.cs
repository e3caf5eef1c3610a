using OpenTelemetry.Proto.Metrics.V1;
using Intervision.Dashboard.Telemetry.Writing;
using Exemplar = Intervision.Dashboard.Telemetry.Exemplar;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>Points of series put into the buckets of a time axis, one line per value of the dimension asked for.</summary>
internal sealed class ChartDrawing
{
    private const int MostLines = 20;
    // A value that does not change is stored every half minute: it holds a little longer than that.
    public const long Holds = MetricRows.Repeat + (15 * Instants.Second);
    private readonly Instrument instrument;
    private readonly bool cumulative;
    private readonly ChartQuery query;
    private readonly long oldest;
    private readonly long width;
    private readonly int buckets;
    private readonly Dictionary<string, ChartLineDrawing> lines = new(StringComparer.Ordinal);
    private readonly Distribution whole = new();

    /// <param name="oldest">Of all points stored: what came before it is not known.</param>
    public ChartDrawing(Instrument instrument, bool cumulative, ChartQuery query, long oldest)
    {
        (this.instrument, this.cumulative, this.query, this.oldest) = (instrument, cumulative, query, oldest);
        buckets = Math.Clamp(query.Buckets, 1, 1000);
        From = Instants.Bound(query.From);
        Until = Math.Max(Instants.Bound(query.Until), From + buckets);
        width = ((Until - From) / buckets) + ((Until - From) % buckets == 0 ? 0 : 1);
    }

    public long From { get; }
    public long Until { get; }
    public long ReadFrom => Math.Max(0, From - Holds);

    private bool IsHistogram => instrument.Kind is InstrumentKind.Histogram or InstrumentKind.ExponentialHistogram;

    private bool IsRate => instrument.Kind is InstrumentKind.Counter or InstrumentKind.Histogram or InstrumentKind.ExponentialHistogram or InstrumentKind.Summary;

    /// <param name="isTold">Still: else its last value says nothing of now.</param>
    public void Add(StoredSeries series, List<StoredPoint> points, bool isTold)
    {
        var label = query.SplitBy is null ? "" : series.Tags.FirstOrDefault(t => t.Key == query.SplitBy)?.Value ?? "";
        if (!lines.TryGetValue(label, out var line))
        {
            label = lines.Count < MostLines ? label : "…";
            line = lines.TryGetValue(label, out var others) ? others : lines[label] = new ChartLineDrawing(buckets);
        }

        if (isTold)
        {
            line.See(series, IsRate || instrument.Kind == InstrumentKind.UpDownCounter);
        }

        var held = new double?[buckets];
        for (var i = 0; i < points.Count; i++)
        {
            var until = Math.Min(points[i].At + Holds, i + 1 < points.Count ? points[i + 1].At : long.MaxValue);
            Hold(held, points[i], until);
            if (IsRate && points[i].At >= From)
            {
                Count(line, held, i == 0 ? null : points[i - 1], points[i]);
            }
        }

        line.Add(held, instrument.Kind == InstrumentKind.Gauge);
    }

    public Chart Finish(IReadOnlyList<Dimension> dimensions, IReadOnlyList<Exemplar> exemplars)
    {
        var seconds = width / (double)Instants.Second;
        return new Chart(
            instrument, query.From, Instants.Span(width),
            [.. lines.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value.Finish(l.Key, IsRate ? seconds : 1, IsHistogram))],
            dimensions, IsHistogram ? whole.Percentiles() : null, exemplars, IsRate ? "/s" : instrument.Unit);
    }

    /// <summary>A point's value in its bucket and in those after it that it reaches. Of a rate: nothing happened there.</summary>
    private void Hold(double?[] held, StoredPoint point, long until)
    {
        var last = Bucket(Math.Min(until, Until - 1));
        for (var i = Math.Max(0, Bucket(point.At)); i <= last; i++)
        {
            held[i] = IsRate ? held[i] ?? 0 : point.Value;
        }
    }

    private void Count(ChartLineDrawing line, double?[] held, StoredPoint? before, StoredPoint point)
    {
        // Without an earlier point the series is new and began at nought, unless what was before it has been taken out.
        if (cumulative && before is null && point.At < oldest + (2 * Holds))
        {
            return;
        }

        var bucket = Bucket(point.At);
        var earlier = cumulative ? before?.Value ?? 0 : 0;
        var added = point.Value >= earlier ? point.Value - earlier : point.Value;
        held[bucket] = (held[bucket] ?? 0) + added;
        if (added > 0 && point.Detail is { } detail && IsHistogram)
        {
            var measured = Between(cumulative ? before?.Detail : null, detail);
            line.Measured(bucket, measured);
            whole.Add(measured);
        }
    }

    private Distribution Between(byte[]? earlier, byte[] later) => instrument.Kind == InstrumentKind.Histogram
        ? Distribution.Between(earlier is null ? null : HistogramDataPoint.Parser.ParseFrom(earlier), HistogramDataPoint.Parser.ParseFrom(later))
        : Distribution.Between(earlier is null ? null : ExponentialHistogramDataPoint.Parser.ParseFrom(earlier), ExponentialHistogramDataPoint.Parser.ParseFrom(later));

    private int Bucket(long at) => at < From ? -1 : (int)Math.Min(buckets - 1, (at - From) / width);
}

internal sealed class ChartLineDrawing(int buckets)
{
    private readonly double?[] values = new double?[buckets];
    private readonly Distribution?[] measured = new Distribution?[buckets];
    private double? latest;
    private long seen;

    /// <param name="adds">Series add up; gauges do not, the highest is shown.</param>
    public void See(StoredSeries series, bool adds)
    {
        latest = adds ? (latest ?? 0) + series.Latest : seen <= series.Seen ? series.Latest : latest;
        seen = Math.Max(seen, series.Seen);
    }

    public void Add(double?[] one, bool isGauge)
    {
        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] is { } value)
            {
                values[i] = values[i] is { } known ? isGauge ? Math.Max(known, value) : known + value : value;
            }
        }
    }

    public void Measured(int bucket, Distribution distribution) => (measured[bucket] ??= new Distribution()).Add(distribution);

    public ChartLine Finish(string label, double divisor, bool isHistogram) => new(
        label, [.. values.Select(v => v / divisor)], isHistogram ? [.. measured.Select(m => m?.Percentiles())] : [], latest);
}
