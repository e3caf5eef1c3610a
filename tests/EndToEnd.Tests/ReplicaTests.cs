using System.Diagnostics;
using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.EndToEnd.Tests;

/// <summary>
/// Two of every service, and in the middle of the season one of each is killed for good: the others take over its
/// partitions, its queues and its calls, and the season ends with the same table, nothing lost, nothing twice.
/// </summary>
public sealed class ReplicaTests(ReferenceSeason reference) : IClassFixture<ReferenceSeason>
{
    private const int Partitions = 16;

    [Fact]
    public async Task Two_replicas_of_everything_share_a_season_and_one_of_each_is_killed()
    {
        await using var suite = await RunningSuite.Start(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Replicas"] = "2",
            ["AppHost__Restart__Enabled"] = "false",
        });
        var replicas = new Dictionary<string, IReadOnlyList<(string Name, string Grpc)>>(StringComparer.Ordinal);
        foreach (var service in RunningSuite.Services)
        {
            replicas[service] = await suite.ReplicasOf(service);
            Assert.Equal(2, replicas[service].Count);
            await Eventually.Is(() => PartitionsPerRelay(suite, service), p => p.SequenceEqual([Partitions / 2, Partitions / 2]), $"{service}: both relays have their half", TimeSpan.FromSeconds(60));
        }

        var lines = new List<string>();
        using var demo = suite.StartDemo(lines, [.. suite.PlayArguments(reference.Region), .. replicas.SelectMany(r => new[] { $"--{r.Key}", string.Join(',', r.Value.Select(one => one.Grpc)) })]);
        await Said(lines, "Séances planifiées", demo);
        // The one on the public port of two services, the other one of the others.
        foreach (var (service, i) in RunningSuite.Services.Select((s, i) => (s, i)))
        {
            using var process = Process.GetProcessById(await suite.ProcessOf(replicas[service][i % 2].Name));
            process.Kill();
        }

        Assert.False(demo.HasExited, "the season was over before the replicas were killed");
        await demo.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token);
        lock (lines)
        {
            Assert.True(demo.ExitCode == 0, $"exit code {demo.ExitCode}: {string.Join('\n', lines)}\n{suite.Said}");
        }

        Assert.Equal(reference.Table.ToJsonString(), suite.Table().ToJsonString());
        foreach (var service in RunningSuite.Services)
        {
            Assert.Equal([Partitions], await PartitionsPerRelay(suite, service));
            Assert.Equal(0, await suite.ProcessOf(replicas[service][Array.IndexOf(RunningSuite.Services, service) % 2].Name));
        }
    }

    /// <summary>How many partitions of the outbox each relay holds: advisory locks 0–15, one session per relay.</summary>
    private static async Task<IReadOnlyList<int>> PartitionsPerRelay(RunningSuite suite, string service)
    {
        await using var connection = new NpgsqlConnection($"{suite.Postgres};Database={service};Pooling=false");
        return
        [
            .. await connection.QueryAsync<int>(
                """
                select count(*)::int from pg_locks
                where locktype = 'advisory' and classid = 2828 and objid < 16 and granted
                  and database = (select oid from pg_database where datname = current_database())
                group by pid order by 1
                """),
        ];
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
            words, TimeSpan.FromSeconds(120));
}
