using Intervision.Dashboard.Telemetry;
using static Intervision.Dashboard.Tests.Telemetry.Sent;

namespace Intervision.Dashboard.Tests.Telemetry;

public sealed class LogTests
{
    [Fact]
    public async Task A_page_is_newest_first_and_goes_on_where_it_ended()
    {
        await using var receiving = await Receiving.Start();
        for (var i = 0; i < 25; i++)
        {
            Assert.True((await receiving.Post("logs", Logs("intake", Log($"message {i}")))).IsSuccessStatusCode);
        }

        await receiving.Written();
        var first = await receiving.Store.Logs(new LogQuery { Limit = 10 }, default);
        var second = await receiving.Store.Logs(new LogQuery { Limit = 10, Before = first.Next }, default);
        var third = await receiving.Store.Logs(new LogQuery { Limit = 10, Before = second.Next }, default);

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"message {i}"), first.Items.Concat(second.Items).Concat(third.Items).Select(l => l.Message));
        Assert.Null(third.Next);
        Assert.All(first.Items, l => Assert.Equal(("intake", "Tests.Category", 9, false), (l.Resource, l.Category, l.Severity, l.EarlierRun)));
    }

    [Fact]
    public async Task Text_resource_severity_attributes_and_trace_restrict()
    {
        await using var receiving = await Receiving.Start();
        var traced = Log("Répondu en retard", 13, Tag("code", "RETARD"), Tag("queue", "intake.scheduling"));
        (traced.TraceId, traced.SpanId) = (TraceId(7), SpanId(7));
        await receiving.Post("logs", Logs("intake", Log("Démarré"), Log("Échec de la base", 17, Tag("code", "BASE")), traced));
        await receiving.Post("logs", Logs("scheduling", Log("Démarré", 9, Tag("code", "START"))));
        await receiving.Written();

        Task<string> Found(LogQuery query) => Said(receiving.Store, query);
        Assert.Equal("Échec de la base", await Found(new() { Text = "echec BA" }));
        Assert.Equal("Répondu en retard", await Found(new() { Text = "scheduling" }));
        Assert.Equal("", await Found(new() { Text = "echec demarre" }));
        Assert.Equal("", await Found(new() { Text = "\" OR *" }));
        Assert.Equal("Démarré", await Found(new() { Resource = "scheduling" }));
        Assert.Equal("Répondu en retard, Échec de la base", await Found(new() { MinimumSeverity = 13 }));
        Assert.Equal("Échec de la base", await Found(new() { Tags = [new("code", TagTest.Is, "base")] }));
        Assert.Equal("Démarré, Répondu en retard", await Found(new() { Tags = [new("code", TagTest.Exists), new("code", TagTest.IsNot, "BASE")] }));
        Assert.Equal("Répondu en retard", await Found(new() { Tags = [new("queue", TagTest.Contains, "sched")] }));
        Assert.Equal("Répondu en retard", await Found(new() { TraceId = TraceHex(7), SpanId = SpanHex(7) }));
        Assert.Equal("", await Found(new() { TraceId = "not an id" }));
        Assert.Equal("", await Found(new() { Until = TimeProvider.System.GetUtcNow().AddMinutes(-5) }));
        Assert.Equal("Démarré", await Found(new() { From = TimeProvider.System.GetUtcNow().AddMinutes(-5), Resource = "scheduling" }));
        Assert.Equal(1, (await receiving.Store.ErrorCounts(default))["intake"]);
        Assert.Equal(["code", "queue"], await receiving.Store.LogKeys("intake", default));
    }

    [Fact]
    public async Task One_log_comes_whole_and_a_clock_out_of_bounds_is_told()
    {
        await using var receiving = await Receiving.Start();
        var log = Log("body", 17, Tag("a", "1"));
        log.TimeUnixNano = Nano(new DateTimeOffset(1970, 6, 1, 0, 0, 0, TimeSpan.Zero));
        log.EventName = "happened";
        await receiving.Post("logs", Logs("intake", log));
        await receiving.Written();

        var row = Assert.Single((await receiving.Store.Logs(new LogQuery(), default)).Items);
        var entry = await receiving.Store.Log(row.Id, default);
        Assert.NotNull(entry);
        Assert.Equal(1970, entry.ClaimedTime!.Value.Year);
        Assert.InRange(entry.Row.Time, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
        Assert.Equal("happened", entry.EventName);
        Assert.Equal([new Tag("a", "1")], entry.Tags);
        Assert.Contains(new Tag("service.name", "intake"), entry.ResourceTags);
        Assert.Null(await receiving.Store.Log(row.Id + 1, default));
    }

    [Fact]
    public async Task Who_follows_gets_what_came_after_oldest_first()
    {
        await using var receiving = await Receiving.Start();
        await receiving.Post("logs", Logs("intake", Log("one")));
        await receiving.Written();
        var last = (await receiving.Store.Logs(new LogQuery(), default)).Items[0].Id;
        var seen = receiving.Store.Version;

        var change = receiving.Store.Changed(seen, default);
        Assert.False(change.IsCompleted);
        await receiving.Post("logs", Logs("intake", Log("two"), Log("three")));
        Assert.True(await change.WaitAsync(TimeSpan.FromSeconds(20)) > seen);
        var after = await Receiving.Until(() => receiving.Store.LogsAfter(last, new LogQuery(), default), l => l.Count == 2);
        Assert.Equal(["two", "three"], after.Select(l => l.Message));
    }

    private static async Task<string> Said(TelemetryStore store, LogQuery query) =>
        string.Join(", ", (await store.Logs(query, default)).Items.Select(l => l.Message));
}
