using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.Intake.Watch;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
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
/// ones, ones that began early and came late, ones that give up; watchers that come and go between two instances, and ones
/// that come for the first time in the midst of it.
/// </summary>
public sealed class WatchOrderTests(TwoInstances service, ITestOutputHelper output) : IClassFixture<TwoInstances>
{
    private const int Writers = 8;
    private const int ChangesEach = 40;
    private const int Seed = 20261122;

    /// <summary>So many changes are made before the latecomers come.</summary>
    private const int Early = 120;

    private readonly TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int made;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_told_twice_under_slow_transactions_and_reconnects()
    {
        var cpts = await service.NewCpts();
        // Something else in the cluster holds a transaction open all the time: that must hold nobody up.
        await using var idler = await Idle();
        using var done = new CancellationTokenSource();
        // Whoever stands there before the first case is told every state of each; who comes later, from the one it is in on.
        var begun = await Task.WhenAll(new[] { cpts, IntakeFixture.Coordinator, IntakeFixture.Referent }.Select(async who => (who, Token: await Begin(who))));
        var watchers = begun.Select((b, i) => Task.Run(() => Follow(b.who, b.Token, new Random(Seed + i), done.Token))).ToList();
        var latecomers = new[] { Tokens.Coordinator("latecomer@region"), IntakeFixture.Host }
            .Select((who, i) => Task.Run(() => FollowLate(who, new Random(Seed + 10 + i), done.Token))).ToList();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() => Write(cpts, new Random(Seed - i)))));
        var history = await History();
        Assert.True(history.Count >= Writers * ChangesEach, $"{history.Count} changes of state");
        await done.CancelAsync();
        foreach (var (watcher, who) in watchers.Zip(begun, (w, b) => (w, b.who)))
        {
            var (told, connections) = await watcher;
            output.WriteLine($"{who.Subject}: {told.Count} told over {connections} connections");
            Assert.True(connections > 5);
            MustBe(history, told, who.Subject);
        }

        foreach (var latecomer in latecomers)
        {
            var (who, at, before, told, connections) = await latecomer;
            output.WriteLine($"{who.Subject}: {told.Count} told over {connections} connections, from {at}");
            Assert.NotEmpty(before);
            Assert.All(before, row => Assert.True(at.Sees(row.Transaction), $"{row} was there before {who.Subject} came"));
            MustBe(From(at, history), told, who.Subject);
        }
    }

    /// <summary>Each case as it stood there, then what came after: what is told to whoever begins there.</summary>
    private static IEnumerable<Row> From(Position at, IEnumerable<Row> history) => history.GroupBy(r => r.Case).SelectMany(rows =>
    {
        var seen = rows.TakeWhile(r => at.Sees(r.Transaction)).Count();
        Assert.DoesNotContain(rows.Skip(seen), r => at.Sees(r.Transaction));
        return rows.Skip(Math.Max(0, seen - 1));
    });

    /// <summary>Case by case the same states in a row.</summary>
    private static void MustBe(IEnumerable<Row> expected, IEnumerable<(string Case, string State)> told, string who)
    {
        var (rows, states) = (expected.ToLookup(r => r.Case), told.ToLookup(t => t.Case, t => t.State));
        var wrong = rows.Select(r => r.Key).Union(states.Select(t => t.Key))
            .Where(name => !rows[name].Select(r => r.State).SequenceEqual(states[name]))
            .Select(name => $"{name} is [{string.Join(", ", rows[name])}], told was [{string.Join(", ", states[name])}]").ToList();
        Assert.True(wrong.Count == 0, $"{who}:\n{string.Join('\n', wrong)}");
    }

    /// <summary>Comes while there is nothing to tell yet.</summary>
    private async Task<string> Begin(DevelopmentClaims who)
    {
        using var watcher = new Watcher(service.Intake, Tokens.As(who));
        Assert.Empty(await watcher.UntilHeartbeat());
        return watcher.Token;
    }

    /// <summary>Comes when the writers are in the midst of it, with where the first telling began and what was there before that.</summary>
    private async Task<(DevelopmentClaims Who, Position At, IReadOnlyList<Row> Before, IReadOnlyList<(string Case, string State)> Told, int Connections)> FollowLate(
        DevelopmentClaims who, Random random, CancellationToken done)
    {
        await underWay.Task;
        var before = await History();
        var (first, token) = await First(who);
        var caller = new Caller(who.Subject, new HashSet<string>(), null, new HashSet<string>(), null, null);
        var at = (await service.Services.GetRequiredService<ResumeTokens>().Open(token, caller, CancellationToken.None))!.Seen;
        var (told, connections) = await Follow(who, token, random, done);
        return (who, at, before, [first, .. told], connections + 1);
    }

    private async Task<((string Case, string State) Told, string Token)> First(DevelopmentClaims who)
    {
        using var watcher = new Watcher(service.Other, Tokens.As(who));
        var change = (await watcher.Next()).Change;
        return ((change.Case, change.State.ToString()), watcher.Token);
    }

    /// <summary>Comes and goes until it was told everything that was there when the writers were done.</summary>
    private async Task<(IReadOnlyList<(string Case, string State)> Told, int Connections)> Follow(
        DevelopmentClaims who, string token, Random random, CancellationToken done)
    {
        var told = new List<(string, string)>();
        var connections = 0;
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

            if (Interlocked.Increment(ref made) == Early)
            {
                underWay.SetResult();
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

    /// <summary>Each case's changes of state, in their order.</summary>
    private async Task<IReadOnlyList<Row>> History() => (await service.Db.Read(
        tx => tx.Query<(string Case, string State, long Version, long No, string Transaction)>(
            """
            select 'cases/' || c.code, h.to_state, h.version, h.no, h.xid::text from case_history h join cases c on c.id = h.case_id
            where h.from_state is distinct from h.to_state order by c.code, h.version
            """),
        CancellationToken.None))
        .Select(r => new Row(r.Case, r.State, r.Version, r.No, ulong.Parse(r.Transaction, CultureInfo.InvariantCulture))).ToList();

    /// <summary>Of the history.</summary>
    private sealed record Row(string Case, string State, long Version, long No, ulong Transaction)
    {
        public override string ToString() => $"{State} (version {Version}, no {No}, transaction {Transaction})";
    }

    private sealed class GivenUp : Exception;
}
