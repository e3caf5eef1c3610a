using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>A database, a virtual host, and processes that can be killed.</summary>
public sealed class CrashWorld : IAsyncDisposable
{
    private readonly List<Process> processes = [];
    private readonly TestBroker broker;
    private readonly bool ownBroker;

    private CrashWorld(TestBroker broker, bool ownBroker) => (this.broker, this.ownBroker) = (broker, ownBroker);

    /// <summary>What was logged by those that a wait is for; for the message of a wait that was in vain.</summary>
    public Func<IEnumerable<string>> Logged { get; set; } = () => [];

    public string Owner { get; private init; } = "";

    public string App { get; private init; } = "";

    public string Amqp { get; private init; } = "";

    /// <summary>Lines the processes printed: what they acknowledged.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    public static async Task<CrashWorld> New(TestPostgres? ownPostgres = null, TestBroker? ownBroker = null)
    {
        var postgres = ownPostgres ?? await TestPostgres.Shared();
        var node = ownBroker ?? await TestBroker.Shared();
        var database = await postgres.NewDatabase("indemnisation", typeof(CrashWorld).Assembly);
        await using var owner = new NpgsqlConnection(postgres.Owner(database));
        await owner.ExecuteAsync(
            """
            create table compliance_effect (id bigint generated always as identity, aggregate_id uuid, stream_no bigint, text text);
            grant select, insert on compliance_effect to public;
            """);
        return new CrashWorld(node, ownBroker is not null)
        {
            Owner = postgres.Owner(database) + ";Pooling=false",
            App = postgres.App("indemnisation", database),
            Amqp = await node.NewVirtualHost(),
        };
    }

    /// <summary>Starts a process, to die at the point when one is given.</summary>
    public async Task<Process> Start(string? crashPoint, params string[] arguments)
    {
        var info = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", "dotnet", Path.Combine(AppContext.BaseDirectory, "CrashHost.dll"), .. arguments]);
        foreach (var (name, value) in new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["INTERVISION_CRASH_POINT"] = crashPoint,
            ["ConnectionStrings__database"] = App,
            ["ConnectionStrings__rabbitmq"] = Amqp,
            ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
            ["Messaging__Sweep"] = "00:00:00.2",
            ["Messaging__Rebalance"] = "00:00:00.1",
        })
        {
            info.Environment[name] = value;
        }

        var process = await ChildProcesses.Start(info, Lines.Enqueue);
        processes.Add(process);
        return process;
    }

    /// <summary>The process died by SIGKILL, as it was meant to.</summary>
    public static async Task Crashed(Process process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(137, process.ExitCode);
    }

    public async Task<long> Count(string what)
    {
        await using var owner = new NpgsqlConnection(Owner);
        return await owner.ExecuteScalarAsync<long>($"select count(*) from {what}");
    }

    public Task Await(string what, long count) => Await(what, n => n == count, $"{count} of {what}");

    public Task AwaitAtLeast(string what, long count) => Await(what, n => n >= count, $"at least {count} of {what}");

    /// <summary>Every event ever appended has had its one effect, in the order of its aggregate, and nothing waits anywhere.</summary>
    public async Task AllIsWell(long events)
    {
        await AwaitAtLeast("compliance_effect", events);
        await Await("outbox", 0);
        await Await("inbox_parked", 0);
        await using var owner = new NpgsqlConnection(Owner);
        var streams = (await owner.QueryAsync<(Guid Aggregate, long StreamNo)>("select aggregate_id, stream_no from compliance_effect order by id"))
            .GroupBy(e => e.Aggregate, e => e.StreamNo).ToList();
        Assert.All(streams, s => Assert.Equal(Enumerable.Range(1, s.Count()).Select(n => (long)n), s));
        Assert.Equal(events, streams.Sum(s => s.Count()));
        Assert.Equal(events, await owner.ExecuteScalarAsync<long>("select sum(last_no)::bigint from stream_head"));
    }

    /// <summary>What the relays hold is said when it does not come: a broker that does not answer looks like a relay that does not ask.</summary>
    private async Task Await(string what, Func<long, bool> accept, string wanted)
    {
        try
        {
            await Eventually.Is(() => Count(what), accept, wanted, TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException(
                $"{late.Message} Then: {await Count("outbox")} in the outbox, {await Count("published_event")} published, "
                + $"{await Count("pg_locks where locktype = 'advisory'")} locks of relays, {await Count("pg_stat_activity where application_name like '% relay'")} of their sessions.\n"
                + $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {string.Join('\n', Logged())}",
                late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Where(p => !p.HasExited))
        {
            process.Kill();
        }

        if (!ownBroker)
        {
            await broker.Drop(Amqp);
        }
    }
}
