using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Trace.V1;
using static Intervision.Dashboard.Tests.Telemetry.Sent;

namespace Intervision.Dashboard.Tests.Telemetry;

public sealed class TraceTests
{
    [Fact]
    public async Task Spans_of_several_services_in_any_order_are_one_picture()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        var call = Span(1, 1, null, "SubmitCase", now, 0, 30);
        call.Attributes.Add(Tag("rpc.service", "IntakeService"));
        call.Events.Add(new Span.Types.Event { Name = "stored", TimeUnixNano = now + 5_000_000, Attributes = { Tag("rows", "2") } });
        call.Links.Add(new Span.Types.Link { TraceId = TraceId(99), SpanId = SpanId(98) });
        var failed = Span(1, 3, 2, "insert", now, 50, 5);
        failed.Status = new Status { Code = Status.Types.StatusCode.Error, Message = "duplicate key" };
        await receiving.Post("traces", Spans("scheduling", failed, Span(1, 2, 1, "process", now, 45, 20)));
        await receiving.Post("traces", Spans("intake", call));
        var log = Log("stored it");
        (log.TraceId, log.SpanId) = (TraceId(1), SpanId(1));
        await receiving.Post("logs", Logs("intake", log));
        await receiving.Written();

        var row = Assert.Single((await receiving.Store.Traces(new TraceQuery(), default)).Items);
        Assert.Equal((TraceHex(1), "SubmitCase", "intake", 3, 1, true), (row.TraceId, row.Name, row.Resource, row.Spans, row.Errors, row.HasRoot));
        Assert.Equal(TimeSpan.FromMilliseconds(65), row.Duration);
        Assert.Equal([new("intake", 1), new("scheduling", 2)], row.Resources.OrderBy(r => r.Resource, StringComparer.Ordinal));

        var picture = await receiving.Store.Trace(TraceHex(1), default);
        Assert.NotNull(picture);
        Assert.Equal(["0 SubmitCase", "1 process", "2 insert"], picture.Spans.Select(s => $"{s.Depth} {s.Name}"));
        Assert.All(picture.Spans, s => Assert.Equal(TimeSpan.Zero, s.Shift));
        Assert.Equal((SpanStatus.Error, "duplicate key", SpanHex(2)), (picture.Spans[2].Status, picture.Spans[2].StatusMessage, picture.Spans[2].ParentId));
        Assert.Equal([new Tag("rpc.service", "IntakeService")], picture.Spans[0].Tags);
        Assert.Equal("stored", Assert.Single(picture.Spans[0].Events).Name);
        Assert.Equal((TraceHex(99), SpanHex(98)), (picture.Spans[0].Links[0].TraceId, picture.Spans[0].Links[0].SpanId));
        Assert.Equal("stored it", Assert.Single(picture.Logs).Message);
    }

    [Fact]
    public async Task The_list_is_restricted_by_text_resource_duration_and_error()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        var slow = Span(2, 1, null, "SettleRun", now, 0, 5000);
        slow.Attributes.Add(Tag("payment.run", "paymentRuns/R7"));
        var failed = Span(3, 1, null, "ImportDirectory", now);
        failed.Status = new Status { Code = Status.Types.StatusCode.Error };
        await receiving.Post("traces", Spans("intake", Span(1, 1, null, "SubmitCase", now)));
        await receiving.Post("traces", Spans("indemnisation", slow));
        await receiving.Post("traces", Spans("membership", failed));
        await receiving.Written();

        async Task<string> Found(TraceQuery query) => string.Join(", ", (await receiving.Store.Traces(query, default)).Items.Select(t => t.Name));
        Assert.Equal("ImportDirectory, SettleRun, SubmitCase", await Found(new()));
        Assert.Equal("SettleRun", await Found(new() { Text = "r7" }));
        Assert.Equal("SubmitCase", await Found(new() { Text = "submit" }));
        Assert.Equal("SettleRun", await Found(new() { Text = TraceHex(2) }));
        Assert.Equal("", await Found(new() { Text = "---" }));
        Assert.Equal("SubmitCase", await Found(new() { Resource = "intake" }));
        Assert.Equal("", await Found(new() { Resource = "nobody" }));
        Assert.Equal("SettleRun", await Found(new() { MinimumDuration = TimeSpan.FromSeconds(1) }));
        Assert.Equal("ImportDirectory", await Found(new() { OnlyErrors = true }));
        Assert.Equal("", await Found(new() { Until = TimeProvider.System.GetUtcNow().AddHours(-1) }));
        var first = await receiving.Store.Traces(new TraceQuery { Limit = 2 }, default);
        Assert.Equal("SubmitCase", Assert.Single((await receiving.Store.Traces(new TraceQuery { Limit = 2, Before = first.Next }, default)).Items).Name);
        Assert.Equal("SettleRun", Assert.Single((await receiving.Store.Search("R7", 10, default)).Spans).Name);
    }

    [Fact]
    public async Task A_child_whose_clock_is_behind_is_moved_to_its_parents_start_with_what_hangs_below_it()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        await receiving.Post("traces", Spans("intake", Span(1, 1, null, "call", now, 0, 100)));
        await receiving.Post("traces", Spans("scheduling", Span(1, 2, 1, "late clock", now, -3000, 20), Span(1, 3, 2, "below", now, -2990, 5)));
        await receiving.Written();

        var spans = (await receiving.Store.Trace(TraceHex(1), default))!.Spans;
        Assert.Equal(["call", "late clock", "below"], spans.Select(s => s.Name));
        Assert.Equal([0, 3000, 3000], spans.Select(s => s.Shift.TotalMilliseconds));
        Assert.Equal([0, 0, 10], spans.Select(s => (s.Start - spans[0].Start).TotalMilliseconds));
    }

    [Fact]
    public async Task A_clock_in_another_century_does_not_stretch_the_picture()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        var ancient = Span(1, 2, 1, "1970", 5_000_000_000);
        ancient.Events.Add(new Span.Types.Event { Name = "in it", TimeUnixNano = 5_004_000_000 });
        var never = Span(1, 3, 1, "2262", 0);
        (never.StartTimeUnixNano, never.EndTimeUnixNano) = (ulong.MaxValue - 5, ulong.MaxValue);
        var backwards = Span(1, 4, 1, "ends before it starts", now);
        backwards.EndTimeUnixNano = backwards.StartTimeUnixNano - 1_000_000;
        await receiving.Post("traces", Spans("intake", Span(1, 1, null, "call", now, 0, 100), ancient, never, backwards));
        await receiving.Written();

        var picture = (await receiving.Store.Trace(TraceHex(1), default))!;
        Assert.Equal(4, picture.Spans.Count);
        Assert.InRange(picture.Duration, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var shown = picture.Spans.Single(s => s.Name == "1970");
        Assert.True(shown.Shift > TimeSpan.FromDays(365 * 40));
        Assert.InRange(Assert.Single(shown.Events).Time, shown.Start, shown.Start.AddSeconds(1));
        Assert.Equal(TimeSpan.Zero, picture.Spans.Single(s => s.Name == "ends before it starts").Duration);
    }

    [Fact]
    public async Task A_missing_parent_and_a_circle_of_parents_lose_nothing()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        await receiving.Post("traces", Spans("intake",
            Span(1, 1, 77, "orphan", now), Span(1, 2, 1, "its child", now, 1),
            Span(1, 3, 4, "chases", now, 2), Span(1, 4, 3, "is chased", now, 3), Span(1, 5, 5, "itself", now, 4)));
        await receiving.Written();

        var picture = (await receiving.Store.Trace(TraceHex(1), default))!;
        Assert.Equal(["chases", "is chased", "its child", "itself", "orphan"], picture.Spans.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.True(picture.Spans.Single(s => s.Name == "orphan").ParentMissing);
        Assert.False(picture.Row.HasRoot);
        Assert.Null(await receiving.Store.Trace("zz", default));
        Assert.Null(await receiving.Store.Trace(TraceHex(2), default));
    }

    [Fact]
    public async Task A_chain_of_five_thousand_spans_is_drawn_and_what_is_over_is_said()
    {
        await using var receiving = await Receiving.Start();
        var now = Now;
        foreach (var chunk in Enumerable.Range(1, 5200).Chunk(1000))
        {
            await receiving.Post("traces", Spans("intake", [.. chunk.Select(i => Span(1, i, i == 1 ? null : i - 1, "link", now, i))]));
        }

        await receiving.Written();
        var picture = (await receiving.Store.Trace(TraceHex(1), default))!;
        Assert.Equal((5000, 4999, true, 5200), (picture.Spans.Count, picture.Spans[^1].Depth, picture.Truncated, picture.Row.Spans));
    }

    [Fact]
    public async Task The_same_request_twice_is_stored_once()
    {
        await using var receiving = await Receiving.Start();
        var request = Spans("intake", Span(1, 1, null, "call", Now), Span(1, 2, 1, "child", Now));
        await receiving.Post("traces", request);
        await receiving.Post("traces", request);
        await receiving.Written();
        Assert.Equal(2, Assert.Single((await receiving.Store.Traces(new TraceQuery(), default)).Items).Spans);
    }
}
