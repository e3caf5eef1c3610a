using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Metrics.V1;
using static Intervision.Dashboard.Tests.Telemetry.Sent;

namespace Intervision.Dashboard.Tests.Telemetry;

public sealed class MetricTests
{
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddSeconds(-60);

    [Fact]
    public async Task A_counter_is_drawn_per_second_by_dimension_and_survives_its_senders_restart()
    {
        await using var receiving = await Receiving.Start();
        // A series whose beginning is known: something else was stored long before it.
        await receiving.Post("metrics", Metrics("old", Gauge("old", 1, Nano(Start.AddMinutes(-10)))));
        foreach (var (second, ok, bad) in new[] { (0, 10, 0), (10, 30, 0), (20, 30, 5), (30, 4, 5) })
        {
            await receiving.Post("metrics", Metrics("intake", Counter("calls", ok, Nano(Start.AddSeconds(second)), Tag("code", "OK")), Counter("calls", bad, Nano(Start.AddSeconds(second)), Tag("code", "BAD"))));
        }

        await receiving.Written();
        var instrument = Assert.Single(await receiving.Store.Instruments("intake", default));
        Assert.Equal(("calls", "{call}", InstrumentKind.Counter, "Tests.Meter", 2), (instrument.Name, instrument.Unit, instrument.Kind, instrument.Meter, instrument.Series));

        var chart = (await receiving.Store.Chart(new ChartQuery(instrument.Id, Start, Start.AddSeconds(40), 4, [], "code"), default))!;
        Assert.Equal(["BAD", "OK"], chart.Lines.Select(l => l.Label));
        Assert.Equal([0, 0, 0.5, 0], chart.Lines[0].Points);
        // 10 at the start, 20 more, none, then the count falls: the sender began anew and has counted 4.
        Assert.Equal([1, 2, 0, 0.4], chart.Lines[1].Points);
        Assert.Equal((4.0, "/s"), (chart.Lines[1].Latest, chart.ValueUnit));
        Assert.Equal(["BAD", "OK"], chart.Dimensions.Single(d => d.Key == "code").Values);

        var one = (await receiving.Store.Chart(new ChartQuery(instrument.Id, Start, Start.AddSeconds(40), 4, [new("code", "BAD")]), default))!;
        Assert.Equal([0, 0, 0.5, 0], Assert.Single(one.Lines).Points);
    }

    [Fact]
    public async Task A_gauge_keeps_its_value_until_the_next_and_then_falls_silent()
    {
        await using var receiving = await Receiving.Start();
        var long_ago = Start.AddMinutes(-10);
        await receiving.Post("metrics", Metrics("intake", Gauge("age", 12, Nano(long_ago))));
        await receiving.Post("metrics", Metrics("intake", Gauge("age", 12, Nano(long_ago.AddSeconds(5)))));
        await receiving.Post("metrics", Metrics("intake", Gauge("age", 15, Nano(long_ago.AddSeconds(20)))));
        await receiving.Written();

        var instrument = Assert.Single(await receiving.Store.Instruments(null, default));
        var chart = (await receiving.Store.Chart(new ChartQuery(instrument.Id, long_ago.AddSeconds(-10), long_ago.AddSeconds(90), 10, []), default))!;
        Assert.Equal([null, 12, 12, 15, 15, 15, 15, 15, null, null], Assert.Single(chart.Lines).Points);
        // The repeated value is not stored again.
        Assert.Equal(2, (await receiving.Store.Usage(default)).Kinds.Single(k => k.Kind == "points").Rows);
    }

    [Fact]
    public async Task Percentiles_of_explicit_buckets_are_those_of_what_was_measured_in_between()
    {
        await using var receiving = await Receiving.Start();
        await receiving.Post("metrics", Metrics("old", Gauge("old", 1, Nano(Start.AddMinutes(-10)))));
        await receiving.Post("metrics", Metrics("intake", Explicit(Nano(Start), 100, 0, 0, 0)));
        await receiving.Post("metrics", Metrics("intake", Explicit(Nano(Start.AddSeconds(10)), 150, 40, 10, 0)));
        await receiving.Written();

        var instrument = Assert.Single(await receiving.Store.Instruments("intake", default));
        var chart = (await receiving.Store.Chart(new ChartQuery(instrument.Id, Start.AddSeconds(5), Start.AddSeconds(15), 1, []), default))!;
        // Added: 50 in (0, 1], 40 in (1, 10], 10 in (10, 100].
        var found = chart.Percentiles!;
        Assert.Equal((100, 1.0, 10.0), (found.Count, found.P50, found.P90));
        Assert.Equal(91, found.P99, 6);
        Assert.Equal([10.0], chart.Lines[0].Points);
        Assert.Equal(found, chart.Lines[0].Percentiles[0]);
        var exemplar = Assert.Single(chart.Exemplars);
        Assert.Equal((TraceHex(5), SpanHex(6), 0.7), (exemplar.TraceId, exemplar.SpanId, exemplar.Value));
    }

    /// <summary>.NET sends them by bucket, the quick calls before the slow ones, whichever came first; and all of them again until others take their place.</summary>
    [Fact]
    public async Task Exemplars_are_kept_in_whichever_order_they_come_and_each_once()
    {
        await using var receiving = await Receiving.Start();
        foreach (var (second, slow) in new[] { (10, 2), (20, 2), (30, 25) })
        {
            var sent = Explicit(Nano(Start.AddSeconds(second)), 1, 0, 1, 0);
            var exemplars = sent.Histogram.DataPoints[0].Exemplars;
            exemplars.Add(new OpenTelemetry.Proto.Metrics.V1.Exemplar { AsDouble = 50, TimeUnixNano = Nano(Start.AddSeconds(slow)), TraceId = TraceId(slow), SpanId = SpanId(slow) });
            await receiving.Post("metrics", Metrics("intake", sent));
        }

        await receiving.Written();
        var instrument = Assert.Single(await receiving.Store.Instruments("intake", default));
        var chart = (await receiving.Store.Chart(new ChartQuery(instrument.Id, Start, Start.AddSeconds(40), 1, []), default))!;
        Assert.Equal([(50.0, TraceHex(25)), (0.7, TraceHex(5)), (50.0, TraceHex(2))], chart.Exemplars.Select(e => (e.Value, e.TraceId)));
    }

    [Fact]
    public async Task Percentiles_of_exponential_buckets_follow_a_sender_that_widens_them()
    {
        await using var receiving = await Receiving.Start();
        // Scale 1: bounds are powers of the root of two. Three in (1, 1.41], one in (1.41, 2].
        await receiving.Post("metrics", Metrics("intake", Exponential(Nano(Start), 1, 0, 3, 1)));
        // Scale 0: powers of two. The same four in (1, 2], and 96 more in (8, 16].
        await receiving.Post("metrics", Metrics("intake", Exponential(Nano(Start.AddSeconds(10)), 0, 0, 4, 0, 0, 96)));
        await receiving.Written();

        var instrument = Assert.Single(await receiving.Store.Instruments("intake", default));
        Assert.Equal(InstrumentKind.ExponentialHistogram, instrument.Kind);
        var chart = (await receiving.Store.Chart(new ChartQuery(instrument.Id, Start.AddSeconds(5), Start.AddSeconds(15), 1, []), default))!;
        Assert.Equal((96, 12.0), (chart.Percentiles!.Count, chart.Percentiles.P50));
        Assert.Equal(15.92, chart.Percentiles.P99, 6);
    }

    [Fact]
    public async Task The_latest_values_of_instruments_by_name()
    {
        await using var receiving = await Receiving.Start();
        await receiving.Post("metrics", Metrics("intake", Gauge("age", 12, Now, Tag("pole", "P1")), Gauge("age", 3, Now, Tag("pole", "P2")), Gauge("other", 1, Now)));
        await receiving.Post("metrics", Metrics("intake", Gauge("age", 13, Now, Tag("pole", "P1"))));
        await receiving.Written();
        var latest = await receiving.Store.Latest(["age", "absent"], default);
        Assert.Equal(["P1=13", "P2=3"], latest.Select(l => $"{l.Dimensions[0].Value}={l.Value}").Order(StringComparer.Ordinal));
        Assert.Null(await receiving.Store.Chart(new ChartQuery(999, Start, Start.AddHours(1), 10, []), default));
    }

    [Fact]
    public async Task What_a_figure_was_at_least_and_what_was_added_since_a_time()
    {
        await using var receiving = await Receiving.Start();
        // Held for all of the last minute, and dipped within it; 40 added, of which none is older; begun anew.
        foreach (var (at, held, dipped, count, anew) in new[] { (-90, 7, 7, 10, 50), (-30, 9, 2, 30, 50), (0, 8, 8, 50, 3) })
        {
            var then = Nano(TimeProvider.System.GetUtcNow().AddSeconds(at));
            await receiving.Post("metrics", Metrics("intake", Gauge("held", held, then), Gauge("dipped", dipped, then), Counter("count", count, then), Counter("anew", anew, then)));
        }

        await receiving.Post("metrics", Metrics("intake", Gauge("young", 5, Now), Counter("first", 4, Now)));
        await receiving.Written();

        var latest = await receiving.Store.Latest(["held", "dipped", "young", "count", "anew", "first"], TimeProvider.System.GetUtcNow().AddSeconds(-60), default);
        var found = latest.ToDictionary(v => v.Instrument.Name);
        Assert.Equal((7, 2, null), (found["held"].Lowest, found["dipped"].Lowest, found["young"].Lowest));
        Assert.Equal((40, 3, 4), (found["count"].Grown, found["anew"].Grown, found["first"].Grown));
    }

    [Fact]
    public async Task The_latest_total_is_of_those_who_tell_it_still()
    {
        await using var receiving = await Receiving.Start();
        foreach (var (instance, second, value) in new[] { ("dead", -300, 1000), ("alive", 0, 20), ("other", 10, 3) })
        {
            var request = Metrics("intake", Counter("calls", value, Nano(Start.AddSeconds(second))));
            request.ResourceMetrics[0].Resource = From("intake", instance);
            await receiving.Post("metrics", request);
        }

        await receiving.Written();
        var instrument = Assert.Single(await receiving.Store.Instruments("intake", default));
        var query = new ChartQuery(instrument.Id, Start.AddSeconds(-600), Start.AddSeconds(40), 4, []);
        Assert.Equal(23, Assert.Single((await receiving.Store.Chart(query, default))!.Lines).Latest);
        var lines = (await receiving.Store.Chart(query with { SplitBy = "service.instance.id" }, default))!.Lines;
        Assert.Equal(((string, double?)[])[("alive", 20), ("dead", null), ("other", 3)], lines.Select(l => (l.Label, l.Latest)));
    }

    private static Metric Explicit(ulong at, params ulong[] counts)
    {
        var point = new HistogramDataPoint { TimeUnixNano = at, Count = (ulong)counts.Sum(c => (long)c), Sum = counts.Sum(c => (double)c), ExplicitBounds = { 1, 10, 100 }, BucketCounts = { counts } };
        point.Exemplars.Add(new OpenTelemetry.Proto.Metrics.V1.Exemplar { AsDouble = 0.7, TimeUnixNano = Nano(Start.AddSeconds(8)), TraceId = TraceId(5), SpanId = SpanId(6) });
        return new Metric { Name = "duration", Unit = "s", Histogram = new Histogram { AggregationTemporality = AggregationTemporality.Cumulative, DataPoints = { point } } };
    }

    private static Metric Exponential(ulong at, int scale, int offset, params ulong[] counts) => new()
    {
        Name = "duration",
        ExponentialHistogram = new ExponentialHistogram
        {
            AggregationTemporality = AggregationTemporality.Cumulative,
            DataPoints =
            {
                new ExponentialHistogramDataPoint
                {
                    TimeUnixNano = at, Count = (ulong)counts.Sum(c => (long)c), Sum = 1, Scale = scale, Positive = new() { Offset = offset, BucketCounts = { counts } },
                },
            },
        },
    };
}
