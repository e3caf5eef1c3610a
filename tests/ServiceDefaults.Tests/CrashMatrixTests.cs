using System.Diagnostics;
using Intervision.Tests.Support;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>The crash-point matrix of MESSAGING §E: killed at the point, started again, and nothing is lost or doubled.</summary>
public sealed class CrashMatrixTests
{
    [Fact]
    public async Task After_the_commit_before_the_relay_is_woken()
    {
        await using var world = await CrashWorld.New();
        await CrashWorld.Crashed(await world.Start("outbox.after_commit_before_wake", "membership", "say", "1", "1"));
        Assert.Equal(1, await world.Count("stream_head"));
        await world.Start(null, "membership");
        await world.Start(null, "indemnisation");
        await world.AllIsWell(1);
    }

    [Theory]
    [InlineData("relay.mid_wave")]
    [InlineData("relay.after_confirm_before_delete")]
    public async Task While_the_relay_publishes(string point)
    {
        await using var world = await CrashWorld.New();
        // Dies as soon as its relay has published; what it said until then is in the outbox.
        await CrashWorld.Crashed(await world.Start(point, "membership", "say", "20", "5"));
        var appended = await Appended(world);
        Assert.True(await world.Count("outbox") > 0, "The confirmed rows were still there when it died.");
        await world.Start(null, "membership");
        await world.Start(null, "indemnisation");
        await world.AllIsWell(appended);
    }

    [Theory]
    [InlineData("consumer.after_commit_before_ack")]
    [InlineData("consumer.mid_batch")]
    public async Task While_the_consumer_applies(string point)
    {
        await using var world = await CrashWorld.New();
        await world.Start(null, "membership", "say", "20", "5");
        await CrashWorld.Crashed(await world.Start(point, "indemnisation"));
        var before = await world.Count("compliance_effect");
        Assert.True(point == "consumer.mid_batch" ? before == 0 : before > 0, $"{before} effects were committed when it died.");
        await world.Start(null, "indemnisation");
        await world.AllIsWell(100);
    }

    [Theory]
    [InlineData("request.before_commit", 0)]
    [InlineData("request.after_commit", 1)]
    public async Task Between_the_effect_of_a_request_and_its_answer(string point, int storedWhenItDied)
    {
        await using var world = await CrashWorld.New();
        var id = Guid.CreateVersion7().ToString();
        await CrashWorld.Crashed(await world.Start(point, "membership", "once", id));
        Assert.Equal(storedWhenItDied, await world.Count("request_log"));
        Assert.DoesNotContain(world.Lines, line => line.StartsWith("answer", StringComparison.Ordinal));
        await world.Start(null, "membership", "once", id);
        await world.Start(null, "membership", "once", id);
        await world.Start(null, "indemnisation");
        await Eventually.IsTrue(() => Task.FromResult(world.Lines.Count(l => l.StartsWith("answer", StringComparison.Ordinal)) == 2), "two answers");
        Assert.Single(world.Lines.Where(l => l.StartsWith("answer", StringComparison.Ordinal)).Distinct());
        await world.AllIsWell(1);
    }

    [Fact]
    public async Task Both_killed_again_and_again_while_they_work()
    {
        await using var world = await CrashWorld.New();
        var writer = await world.Start(null, "membership", "say", "40", "50");
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var hearer = await world.Start(null, "indemnisation");
            var before = await world.Count("compliance_effect");
            await Eventually.Is(() => world.Count("compliance_effect"), n => n > before, "progress", TimeSpan.FromSeconds(40));
            Kill(hearer);
        }

        await Eventually.IsTrue(() => Task.FromResult(world.Lines.Count > 600), "some hundred acknowledged events", TimeSpan.FromSeconds(60));
        Kill(writer);
        var acknowledged = world.Lines.Count(l => l.StartsWith("said", StringComparison.Ordinal));
        var appended = await Appended(world);
        Assert.InRange(appended, acknowledged, acknowledged + 1);
        await world.Start(null, "membership");
        await world.Start(null, "indemnisation");
        await world.AllIsWell(appended);
    }

    private static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }

    private static async Task<long> Appended(CrashWorld world) =>
        await world.Count("(select generate_series(1, last_no) from stream_head) e");
}
