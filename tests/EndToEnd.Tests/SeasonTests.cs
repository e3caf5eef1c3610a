using System.Diagnostics;
using System.Globalization;
using Intervision.Tests.Support;

namespace Intervision.EndToEnd.Tests;

/// <summary>
/// A small region, played as users play it: through run.sh's own parts, as processes. Whatever is killed on the way,
/// the season ends with the same table.
/// </summary>
public sealed class SeasonTests(ReferenceSeason reference) : IClassFixture<ReferenceSeason>
{
    [Fact]
    public void The_season_ends_with_every_figure_as_it_should_be()
    {
        var table = reference.Table;
        Assert.Equal(reference.ValidRequests, (int)table["casesSubmitted"]!);
        Assert.Equal(reference.InvalidRequests, table["casesRefused"]!.AsObject().Sum(r => (int)r.Value!));
        Assert.True((bool)table["refusalsAsExpected"]!);
        Assert.InRange((int)table["sessionsHeld"]!, 10, 100);
        Assert.InRange((int)table["participations"]!, 100, 2000);
        Assert.True((bool)table["ledgerBalanced"]!);
        Assert.True((bool)table["reconciled"]!);
        Assert.Empty(table["mismatches"]!.AsArray());
        Assert.NotEmpty(table["consentsAskedLater"]!.AsObject());

        var paid = table["indemnities"]!.AsObject().Sum(i => (long)i.Value!["cents"]!);
        Assert.Equal(paid, (long)table["paidCents"]!);
        var lines = table["indemnities"]!.AsObject().Sum(i => (int)i.Value!["count"]!);
        Assert.Equal(lines, (int)table["events"]!["intervision.indemnisation.indemnity_approved.v1"]!);
        Assert.Equal((int)table["sessionsHeld"]!, (int)table["events"]!["intervision.indemnisation.session_settled.v1"]!);
    }

    [Fact]
    public void Played_again_on_the_same_data_nothing_changes() =>
        Assert.Equal(reference.Table.ToJsonString(), reference.PlayedAgain.ToJsonString());

    [Fact]
    public async Task Killing_each_service_and_the_demo_itself_changes_nothing()
    {
        await using var suite = await RunningSuite.Start();
        var lines = new List<string>();
        using var demo = suite.StartDemo(lines, suite.PlayArguments(reference.Region));
        await suite.KillAndAwait("membership");
        await Said(lines, "Séances planifiées", demo);
        foreach (var service in (string[])["intake", "scheduling"])
        {
            Assert.False(demo.HasExited, $"the season was over before {service} was killed");
            await suite.KillAndAwait(service);
        }

        Assert.False(demo.HasExited, "the season was over before the demo was killed");
        demo.Kill();
        await demo.WaitForExitAsync();

        var again = new List<string>();
        using var second = suite.StartDemo(again, suite.PlayArguments(reference.Region));
        await suite.KillAndAwait("indemnisation");
        await Ends(second, again);
        Assert.Equal(reference.Table.ToJsonString(), suite.Table().ToJsonString());
    }

    [Fact]
    public async Task Killing_RabbitMQ_and_PostgreSQL_changes_nothing()
    {
        await using var suite = await RunningSuite.Start();
        var lines = new List<string>();
        using var demo = suite.StartDemo(lines, suite.PlayArguments(reference.Region));
        await Said(lines, "Séances planifiées", demo);
        await suite.KillAndAwait("rabbitmq");
        Assert.False(demo.HasExited, "the season was over before PostgreSQL was killed");
        await suite.KillAndAwait("postgres");
        await Ends(demo, lines);
        Assert.Equal(reference.Table.ToJsonString(), suite.Table().ToJsonString());
    }

    [Fact]
    public async Task Killing_the_app_host_leaves_no_process()
    {
        await using var suite = await RunningSuite.Start();
        var below = suite.Descendants();
        // Four services, PostgreSQL and its own processes, RabbitMQ and its name server at least.
        Assert.InRange(below.Count, 10, 200);
        await suite.KillHost();
        await Eventually.Is(
            () => Task.FromResult(string.Join(", ", below.Where(IsAlive))), left => left.Length == 0, "nothing of the app host lives", TimeSpan.FromSeconds(30));
    }

    private static async Task Said(List<string> lines, string words, Process demo) =>
        await Eventually.IsTrue(
            () =>
            {
                lock (lines)
                {
                    Assert.False(demo.HasExited, string.Join('\n', lines));
                    return Task.FromResult(lines.Exists(l => l.Contains(words, StringComparison.Ordinal)));
                }
            },
            words, TimeSpan.FromSeconds(90));

    private static async Task Ends(Process demo, List<string> lines)
    {
        await demo.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token);
        lock (lines)
        {
            Assert.True(demo.ExitCode == 0, $"exit code {demo.ExitCode}: {string.Join('\n', lines)}");
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return stat[stat.LastIndexOf(')') + 2] is not 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
