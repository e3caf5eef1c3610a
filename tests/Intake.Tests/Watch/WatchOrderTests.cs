using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Xunit;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Watch;

/// <summary>Two instances of Intake on one database.</summary>
public sealed class TwoInstances : WatchFixture, IAsyncDisposable
{
    private WebApplicationFactory<Program>? second;
    private GrpcChannel? channel;

    public IntakeService.IntakeServiceClient Other => new(channel);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        channel?.Dispose();
        if (second is not null)
        {
            await second.DisposeAsync();
        }

        await DisposeAsync();
    }

    protected override async Task Prepare()
    {
        second = NewInstance();
        channel = ChannelTo(second);
        await base.Prepare();
    }
}

/// <summary>
/// No loss, no repetition, and each case's states in their order, whatever the transactions do: many writers at once, slow
/// ones, ones that began early and came late, ones that give up; watchers that come and go between two instances.
/// </summary>
public sealed class WatchOrderTests(TwoInstances service, ITestOutputHelper output) : IClassFixture<TwoInstances>
{
    private const int Writers = 8;
    private const int ChangesEach = 40;
    private const int Seed = 20261122;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_told_twice_under_slow_transactions_and_reconnects()
    {
        var cpts = await service.NewCpts();
        // Something else in the cluster holds a transaction open all the time: that must hold nobody up.
        await using var idler = await Idle();
        using var done = new CancellationTokenSource();
        var watchers = new[] { cpts, IntakeFixture.Coordinator, IntakeFixture.Referent }
            .Select((who, i) => Task.Run(() => Follow(who, new Random(Seed + i), done.Token))).ToList();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() => Write(cpts, new Random(Seed - i)))));
        var expected = await History();
        Assert.True(expected.Count >= Writers * ChangesEach, $"{expected.Count} changes of state");
        await done.CancelAsync();
        foreach (var watcher in watchers)
        {
            var (told, connections) = await watcher;
            output.WriteLine($"{told.Count} told over {connections} connections");
            Assert.True(connections > 5);
            Assert.Equal(ByCase(expected), ByCase(told));
        }
    }

    /// <summary>In the order told, each with its states in a row.</summary>
    private static IReadOnlyDictionary<string, string> ByCase(IEnumerable<(string Case, string State)> told) =>
        told.GroupBy(t => t.Case).ToDictionary(g => g.Key, g => string.Join(' ', g.Select(t => t.State)), StringComparer.Ordinal);

    /// <summary>Comes and goes until it was told everything that was there when the writers were done.</summary>
    private async Task<(IReadOnlyList<(string Case, string State)> Told, int Connections)> Follow(DevelopmentClaims who, Random random, CancellationToken done)
    {
        var told = new List<(string, string)>();
        var (token, connections) = ("", 0);
        while (true)
        {
            var last = done.IsCancellationRequested;
            using var watcher = new Watcher(random.Next(2) == 0 ? service.Intake : service.Other, Tokens.As(who), token);
            connections++;
            for (var messages = random.Next(1, 40); messages > 0 || last; messages--)
            {
                var message = await watcher.Next();
                token = message.ResumeToken;
                if (message.Change is { } change)
                {
                    told.Add((change.Case, change.State.ToString()));
                }
                else if (last)
                {
                    return (told, connections);
                }
                else if (done.IsCancellationRequested)
                {
                    break;
                }
            }
        }
    }

    private async Task Write(DevelopmentClaims cpts, Random random)
    {
        var mine = new List<string>();
        for (var i = 0; i < ChangesEach; i++)
        {
            if (mine.Count == 0 || random.Next(3) == 0)
            {
                mine.Add((await service.Deposited(cpts)).Name);
            }
            else if (random.Next(4) == 0)
            {
                await Quick(await service.Get(mine[random.Next(mine.Count)]));
                i--;
            }
            else
            {
                await Slow(mine[random.Next(mine.Count)], random);
            }
        }
    }

    /// <summary>Through the service; what others changed meanwhile is theirs.</summary>
    private async Task Quick(Case found)
    {
        try
        {
            await (found.State == CaseState.Submitted ? service.Taken(found) : service.Rejected(found));
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.Aborted)
        {
        }
    }

    /// <summary>
    /// To and fro between two states, in a transaction that has its number before it waits for the case, keeps its rows to
    /// itself for a while, and now and then gives up.
    /// </summary>
    private async Task Slow(string name, Random random)
    {
        var (before, after, givesUp) = (random.Next(60), random.Next(80), random.Next(6) == 0);
        try
        {
            await service.Db.InTransaction(
                async tx =>
                {
                    await tx.Single<string>("select pg_current_xact_id()::text");
                    await tx.Execute("select pg_sleep(@seconds)", new { seconds = before / 1000.0 });
                    var found = (await CaseStore.Lock(tx, name))!;
                    var next = found.State == CaseState.Submitted ? CaseState.InTriage : CaseState.Submitted;
                    await CaseStore.Save(tx, found, found with { State = next, EndCode = null }, "Test", "test", found.UpdateTime);
                    await tx.Execute("select pg_sleep(@seconds)", new { seconds = after / 1000.0 });
                    if (givesUp)
                    {
                        throw new GivenUp();
                    }
                },
                CancellationToken.None);
        }
        catch (GivenUp)
        {
        }
    }

    private async Task<Npgsql.NpgsqlConnection> Idle()
    {
        var connection = new Npgsql.NpgsqlConnection(service.OwnerConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("begin; select pg_current_xact_id()::text", connection);
        await command.ExecuteScalarAsync();
        return connection;
    }

    private async Task<IReadOnlyList<(string Case, string State)>> History() => (await service.Db.Read(
        tx => tx.Query<(string, string)>(
            """
            select 'cases/' || c.code, h.to_state from case_history h join cases c on c.id = h.case_id
            where h.from_state is distinct from h.to_state order by c.code, h.version
            """),
        CancellationToken.None)).ToList();

    private sealed class GivenUp : Exception;
}
