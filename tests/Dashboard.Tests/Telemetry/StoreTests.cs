using System.Runtime.Versioning;
using Intervision.Dashboard.Telemetry;
using Microsoft.Data.Sqlite;
using static Intervision.Dashboard.Tests.Telemetry.Sent;

namespace Intervision.Dashboard.Tests.Telemetry;

public sealed class StoreTests
{
    [Fact]
    public async Task What_was_stored_is_there_after_a_restart_and_known_to_be_older()
    {
        var folder = Directory.CreateTempSubdirectory("telemetry-").FullName;
        await using (var before = await Receiving.StartIn(folder, isOwner: false))
        {
            await before.Post("logs", Logs("intake", Log("before")));
            await before.Post("traces", Spans("intake", Span(1, 1, null, "before", Now)));
            await before.Post("metrics", Metrics("intake", Gauge("age", 1, Now)));
        }

        await using var after = await Receiving.StartIn(folder, isOwner: true);
        await after.Post("logs", Logs("intake", Log("after")));
        await after.Post("traces", Spans("intake", Span(2, 1, null, "after", Now), Span(1, 2, 1, "late child", Now)));
        await after.Written();

        Assert.Equal([("after", false), ("before", true)], (await after.Store.Logs(new LogQuery(), default)).Items.Select(l => (l.Message, l.EarlierRun)));
        var traces = (await after.Store.Traces(new TraceQuery(), default)).Items;
        Assert.Equal([("after", 1, false), ("before", 2, true)], traces.Select(t => (t.Name, t.Spans, t.EarlierRun)));
        Assert.Empty(await after.Store.Latest(["age"], default));
        Assert.Equal(2, (await after.Store.Usage(default)).Runs);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_file_is_its_owners_alone()
    {
        var folder = Directory.CreateTempSubdirectory("telemetry-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "telemetry.db"), []);
        File.SetUnixFileMode(Path.Combine(folder, "telemetry.db"), (UnixFileMode)0b110_100_100);
        await using var receiving = await Receiving.StartIn(folder, isOwner: true);
        await receiving.Post("logs", Logs("intake", Log("for us")));
        await receiving.Written();

        Assert.Equal(3, Directory.GetFiles(folder, "telemetry.db*").Length);
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Counts_stay_under_their_limits_and_the_oldest_go_first()
    {
        await using var receiving = await Receiving.Start(("MaxLogCount", "100"), ("MaxTraceCount", "40"), ("MaxMetricsCount", "60"));
        for (var i = 0; i < 30; i++)
        {
            var number = i;
            await receiving.Post("logs", Logs("intake", [.. Enumerable.Range(0, 10).Select(j => Log($"log {(number * 10) + j}"))]));
            await receiving.Post("traces", Spans("intake", [.. Enumerable.Range(0, 5).SelectMany(j => new[] { Span((number * 5) + j + 1, 1, null, $"trace{(number * 5) + j}", Now), Span((number * 5) + j + 1, 2, 1, "child", Now) })]));
            await receiving.Post("metrics", Metrics("intake", [.. Enumerable.Range(0, 5).Select(j => Gauge($"g{j}", number, Now))]));
            await receiving.Written();
        }

        var kinds = (await receiving.Store.Usage(default)).Kinds.ToDictionary(k => k.Kind, k => k.Rows);
        Assert.InRange(kinds["logs"], 50, 100);
        Assert.InRange(kinds["traces"], 20, 40);
        Assert.Equal(kinds["traces"] * 2, kinds["spans"]);
        Assert.InRange(kinds["points"], 30, 60);
        Assert.Equal("log 299", (await receiving.Store.Logs(new LogQuery { Limit = 1 }, default)).Items[0].Message);
        Assert.Equal("trace149", (await receiving.Store.Traces(new TraceQuery { Limit = 1 }, default)).Items[0].Name);
        // What is gone is not found either.
        Assert.Empty((await receiving.Store.Search("trace0", 10, default)).Spans);
        Assert.Single((await receiving.Store.Search("trace149", 10, default)).Spans);
        Assert.Null(await receiving.Store.Trace(TraceHex(1), default));
        Assert.DoesNotContain((await receiving.Store.Logs(new LogQuery { Text = "log 0" }, default)).Items, l => l.Message == "log 0");
    }

    [Fact]
    public async Task The_file_stays_under_its_limit_of_bytes()
    {
        await using var receiving = await Receiving.Start(("MaxBytes", "4000000"));
        var text = string.Concat(Enumerable.Range(0, 400).Select(i => $"word{i} "));
        for (var i = 0; i < 60; i++)
        {
            await receiving.Post("logs", Logs("intake", [.. Enumerable.Range(0, 50).Select(_ => Log(text))]));
            await receiving.Written();
        }

        // Three thousand logs of four kilobytes were sent.
        var usage = await Receiving.Until(async () =>
        {
            await receiving.Post("logs", Logs("intake", Log("one more")));
            await receiving.Written();
            return await receiving.Store.Usage(default);
        }, u => u.UsedBytes <= 4_000_000);
        Assert.InRange(usage.Kinds[0].Rows, 50, 2500);
        Assert.Equal("one more", (await receiving.Store.Logs(new LogQuery { Limit = 1 }, default)).Items[0].Message);
        Assert.Empty(usage.Dropped);
    }

    [Theory]
    [InlineData("this is no database at all, but long enough to be taken for one by its length ........................................")]
    [InlineData("newer")]
    [InlineData("cut")]
    public async Task A_damaged_or_newer_file_is_put_aside_and_told(string damage)
    {
        var folder = Directory.CreateTempSubdirectory("telemetry-").FullName;
        var path = Path.Combine(folder, "telemetry.db");
        if (damage is "newer" or "cut")
        {
            await using var once = await Receiving.StartIn(folder, isOwner: false);
            await once.Post("logs", Logs("intake", [.. Enumerable.Range(0, 500).Select(i => Log($"log {i}"))]));
        }

        Spoil(path, damage);
        await using var receiving = await Receiving.StartIn(folder, isOwner: true);
        await receiving.Post("logs", Logs("intake", Log("anew")));
        await receiving.Written();
        Assert.Equal("anew", Assert.Single((await receiving.Store.Logs(new LogQuery(), default)).Items).Message);
        var aside = (await receiving.Store.Usage(default)).PutAside!;
        Assert.Equal(Path.GetFileName(Assert.Single(Directory.GetFiles(folder, "telemetry.db.aside-*"))), aside.File);
        Assert.Equal(damage == "newer" ? "version 99, not 1" : "SQLite Error", aside.Problem[..(damage == "newer" ? aside.Problem.Length : 12)]);
    }

    [Fact]
    public async Task What_one_resource_said_can_be_removed_and_then_all()
    {
        await using var receiving = await Receiving.Start();
        foreach (var service in (string[])["intake", "scheduling"])
        {
            await receiving.Post("logs", Logs(service, Log($"hello from {service}")));
            await receiving.Post("traces", Spans(service, Span(service.Length, 1, null, "call", Now)));
            await receiving.Post("metrics", Metrics(service, Gauge("age", 1, Now)));
        }

        await receiving.Written();
        await receiving.Store.Clear("intake", default);
        Assert.Equal("hello from scheduling", Assert.Single((await receiving.Store.Logs(new LogQuery(), default)).Items).Message);
        Assert.Equal("scheduling", Assert.Single((await receiving.Store.Traces(new TraceQuery(), default)).Items).Resource);
        Assert.Equal("scheduling", Assert.Single(await receiving.Store.Instruments(null, default)).Resource);
        Assert.Empty((await receiving.Store.Search("intake", 10, default)).Logs);

        var last = (await receiving.Store.Logs(new LogQuery(), default)).Items[0].Id;
        await receiving.Store.Clear(null, default);
        Assert.Empty((await receiving.Store.Logs(new LogQuery(), default)).Items);
        await receiving.Post("logs", Logs("intake", Log("afterwards")));
        await receiving.Written();
        Assert.Equal("afterwards", Assert.Single(await receiving.Store.LogsAfter(last, new LogQuery(), default)).Message);
    }

    [Fact]
    public async Task A_query_is_stopped_at_its_time_limit_and_the_next_one_works()
    {
        await using var receiving = await Receiving.Start(("QueryMilliseconds", "1"));
        foreach (var _ in Enumerable.Range(0, 20))
        {
            await receiving.Post("logs", Logs("intake", [.. Enumerable.Range(0, 1000).Select(i => Log($"message number {i}", 9, Tag("key", $"value {i}")))]));
        }

        await receiving.Written();
        await Assert.ThrowsAsync<QueryTooSlowException>(() => receiving.Store.Logs(new LogQuery { Tags = [new("key", TagTest.Is, "no such value")] }, default));
        Assert.Null(await receiving.Store.Log(0, default));
    }

    private static void Spoil(string path, string damage)
    {
        switch (damage)
        {
            case "newer":
                using (var connection = new SqliteConnection($"Data Source={path};Pooling=false"))
                {
                    connection.Open();
                    TelemetryFile.Execute(connection, "pragma user_version = 99");
                }

                break;
            case "cut":
                using (var file = File.OpenWrite(path))
                {
                    file.SetLength(file.Length / 3);
                }

                break;
            default:
                File.WriteAllText(path, damage);
                break;
        }
    }
}
