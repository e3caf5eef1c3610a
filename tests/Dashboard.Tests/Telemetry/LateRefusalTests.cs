using Google.Protobuf;
using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using static Intervision.Dashboard.Tests.Telemetry.Sent;

namespace Intervision.Dashboard.Tests.Telemetry;

/// <summary>What is left out when it is written, after its sender had an answer: the sender's next answer says it, as a partial success of nothing rejected.</summary>
public sealed class LateRefusalTests
{
    [Fact]
    public async Task Endless_spans_of_one_trace_are_bounded_counted_and_told_by_grpc()
    {
        await using var receiving = await Receiving.Start(("MaxSpansPerTrace", "100"));
        var client = new TraceService.TraceServiceClient(receiving.Channel);
        var now = Now;
        var first = await client.ExportAsync(Spans("intake", [.. Enumerable.Range(1, 250).Select(i => Span(1, i, null, "again", now))]), receiving.Headers);
        Assert.Null(first.PartialSuccess);
        await receiving.Written();

        var (stranger, next, last) = (
            await client.ExportAsync(Spans("scheduling", Span(2, 1, null, "other", now)), receiving.Headers),
            await client.ExportAsync(Spans("intake", Span(3, 1, null, "next", now)), receiving.Headers),
            await client.ExportAsync(Spans("intake", Span(3, 2, 1, "last", now)), receiving.Headers));

        Assert.Null(stranger.PartialSuccess);
        Assert.Equal((0, "of earlier requests TOO_MANY_SPANS_IN_TRACE: 150"), (next.PartialSuccess.RejectedSpans, next.PartialSuccess.ErrorMessage));
        Assert.Null(last.PartialSuccess);
        await receiving.Written();
        Assert.Equal(100, (await receiving.Store.Trace(TraceHex(1), default))!.Row.Spans);
        Assert.Equal([new("spans", "TOO_MANY_SPANS_IN_TRACE", 150)], (await receiving.Store.Usage(default)).Dropped);
    }

    [Fact]
    public async Task Endless_dimensions_and_instruments_are_bounded_counted_and_told_by_http()
    {
        await using var receiving = await Receiving.Start(("MaxSeriesPerInstrument", "50"), ("MaxInstrumentCount", "2"));
        var now = Now;
        var first = await Told(receiving, Metrics("intake", [.. Enumerable.Range(0, 120).Select(i => Gauge("wide", i, now, Tag("user", $"u{i}"))), Gauge("second", 1, now), Gauge("third", 1, now)]));
        Assert.Null(first.PartialSuccess);

        var told = await Told(receiving, Metrics("intake", Gauge("wide", 1, now, Tag("user", "u1")), Gauge("wide", double.NaN, now)));

        Assert.Equal(1, told.PartialSuccess.RejectedDataPoints);
        Assert.Equal("NOT_A_NUMBER: 1; of earlier requests TOO_MANY_SERIES: 70, TOO_MANY_INSTRUMENTS: 1", told.PartialSuccess.ErrorMessage);
        Assert.Equal(50, (await receiving.Store.Instruments(null, default)).Single(i => i.Name == "wide").Series);
        Assert.Equal(
            [new("points", "NOT_A_NUMBER", 1), new("points", "TOO_MANY_INSTRUMENTS", 1), new("points", "TOO_MANY_SERIES", 70)], (await receiving.Store.Usage(default)).Dropped);
    }

    [Fact]
    public async Task Series_of_all_instruments_together_are_bounded_however_long_their_dimensions_are()
    {
        await using var receiving = await Receiving.Start(("MaxSeriesCount", "30"));
        var now = Now;
        var answer = await Told(receiving, Metrics("intake", [.. Enumerable.Range(0, 50).Select(i => Gauge($"g{i % 5}", i, now, Tag("user", $"{new string('u', 3_000)}{i}")))]));
        Assert.Null(answer.PartialSuccess);
        Assert.Equal([new("points", "TOO_MANY_SERIES", 20)], (await receiving.Store.Usage(default)).Dropped);
        Assert.Equal(30, (await receiving.Store.Instruments(null, default)).Sum(i => i.Series));
    }

    [Fact]
    public async Task A_request_that_cannot_be_written_costs_only_itself_and_its_sender_is_told()
    {
        await using var receiving = await Receiving.Start();
        var held = new TaskCompletionSource();
        var hold = receiving.Store.Hold(held.Task);
        await receiving.Post("traces", Spans("intake", Span(1, 1, null, "before", Now)));
        await receiving.Post("logs", Logs("intake", Log("before", 9, Tag("line", "L-1"))));
        await receiving.Post("metrics", Metrics("intake", TelemetryPagesTests.Histogram("duration")));
        Assert.True(receiving.Store.TryAdd(new object(), "spoilt", "logs", 3, 10));
        await receiving.Post("traces", Spans("intake", Span(1, 2, 1, "after", Now)));
        held.SetResult();
        await hold;
        await receiving.Written();

        var trace = (await receiving.Store.Trace(TraceHex(1), default))!;
        Assert.Equal(["before", "after"], trace.Spans.Select(s => s.Name));
        var log = Assert.Single((await receiving.Store.Logs(new LogQuery { Tags = [new TagFilter("line", TagTest.Is, "L-1")] }, default)).Items);
        Assert.Equal("before", log.Message);
        var exemplar = Assert.Single((await receiving.Store.Chart(new ChartQuery((await receiving.Store.Instruments(null, default))[0].Id, log.Time.AddMinutes(-5), log.Time.AddMinutes(5), 10, []), default))!.Exemplars);
        Assert.Equal(TraceHex(1), exemplar.TraceId);
        Assert.Equal([new("logs", "STORE_FAILED", 3)], (await receiving.Store.Usage(default)).Dropped);
        var told = ExportLogsServiceResponse.Parser.ParseFrom(await (await receiving.Post("logs", Logs("spoilt", Log("again")))).Content.ReadAsByteArrayAsync());
        Assert.Equal("of earlier requests STORE_FAILED: 3", told.PartialSuccess.ErrorMessage);
    }

    [Fact]
    public async Task What_is_sent_again_because_the_queue_was_full_is_counted_once()
    {
        await using var receiving = await Receiving.Start(("QueueBytes", "2000"));
        var held = new TaskCompletionSource();
        var hold = receiving.Store.Hold(held.Task);
        await receiving.Post("logs", Logs("intake", Log(new string('x', 1_500))));
        var spans = Spans("intake", Span(1, 1, null, new string('n', 500), Now), Span(1, 2, null, "no id", Now));
        spans.ResourceSpans[0].ScopeSpans[0].Spans[1].SpanId = ByteString.Empty;
        Assert.False((await receiving.Post("traces", spans)).IsSuccessStatusCode);
        held.SetResult();
        await hold;
        await receiving.Written();

        var told = ExportTraceServiceResponse.Parser.ParseFrom(await (await receiving.Post("traces", spans)).Content.ReadAsByteArrayAsync());

        Assert.Equal((1, "INVALID_ID: 1"), (told.PartialSuccess.RejectedSpans, told.PartialSuccess.ErrorMessage));
        Assert.Contains(new DroppedCount("spans", "INVALID_ID", 1), (await receiving.Store.Usage(default)).Dropped);
    }

    private static async Task<ExportMetricsServiceResponse> Told(Receiving receiving, ExportMetricsServiceRequest request)
    {
        var answer = ExportMetricsServiceResponse.Parser.ParseFrom(await (await receiving.Post("metrics", request)).Content.ReadAsByteArrayAsync());
        await receiving.Written();
        return answer;
    }
}
