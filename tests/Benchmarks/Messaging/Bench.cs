using System.Collections.Concurrent;
using Dapper;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Messaging;

/// <summary>One round: a database for the service that says and one for the service that hears, as the suite has them, and a virtual host.</summary>
internal sealed class Bench(TestBroker broker, BenchDatabase said, BenchDatabase heard, string amqp) : IAsyncDisposable
{
    private readonly List<MessagingHost> hosts = [];

    /// <summary>About 500 bytes of JSON: 59 communes.</summary>
    public static CommunesChanged Event { get; } = new() { Departement = "59", InseeCodes = { Enumerable.Range(59001, 59).Select(c => $"{c}") } };

    /// <summary>Connection string of the owner of the outbox's database.</summary>
    public string Said => said.Owner;

    /// <summary>Connection string of the owner of the inbox's and the effects' database.</summary>
    public string Heard => heard.Owner;

    public static async Task<Bench> New(TestPostgres postgres, TestBroker broker)
    {
        var bench = new Bench(
            broker, await BenchDatabase.New(postgres, "membership"), await BenchDatabase.New(postgres, "indemnisation"), await broker.NewVirtualHost());
        await using var connection = new NpgsqlConnection(bench.Heard);
        await connection.ExecuteAsync(
            """
            create table benchmark_effect (id bigint generated always as identity primary key, aggregate_id uuid, stream_no bigint);
            grant select, insert on benchmark_effect to public;
            """);
        return bench;
    }

    public static byte[] Payload => EventJson.Format(Event);

    public Task<MessagingHost> Sayer(bool relays = true) => Host("membership", said, null, ("Messaging:Enabled", relays ? "true" : "false"));

    /// <summary>Hears. Its effect is a row of its own statement, or, to measure the inbox alone, a note in memory.</summary>
    public Task<MessagingHost> Hearer(ConcurrentQueue<(Guid Aggregate, long StreamNo)>? notes = null) => Host(
        "indemnisation",
        heard,
        handlers => handlers.From("membership", InboxKind.Contiguous).On<CommunesChanged>((tx, r) =>
        {
            if (notes is null)
            {
                return tx.Execute("insert into benchmark_effect (aggregate_id, stream_no) values (@AggregateId, @StreamNo)", new { r.AggregateId, r.StreamNo });
            }

            notes.Enqueue((r.AggregateId, r.StreamNo));
            return Task.CompletedTask;
        }));

    /// <summary>
    /// Until the broker has done with what came before (segments to write, a virtual host to delete): none of it may be
    /// charged to what is measured next.
    /// </summary>
    public static async Task Settled(TestBroker broker)
    {
        var before = broker.ProcessorTime;
        await Eventually.Is(
            () =>
            {
                var used = broker.ProcessorTime - before;
                before += used;
                return Task.FromResult(used);
            },
            used => used > TimeSpan.Zero && used < TimeSpan.FromMilliseconds(50),
            "the broker is quiet",
            TimeSpan.FromSeconds(30),
            TimeSpan.FromMilliseconds(500));
    }

    /// <summary>Until the relay has emptied the outbox; asked rarely, so that asking does not weigh on what is measured.</summary>
    public Task AwaitEmptyOutbox() => Rarely(Said, "select count(*) from outbox", n => n == 0, "the outbox is empty");

    /// <summary>Until so many events are applied.</summary>
    public Task AwaitApplied(long count) => Rarely(Heard, "select coalesce(sum(last_no), 0)::bigint from inbox_watermark", n => n >= count, $"{count} events applied");

    private static async Task Rarely(string database, string question, Func<long, bool> accept, string what)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await Eventually.Is(
            () => connection.ExecuteScalarAsync<long>(question), accept, what, TimeSpan.FromMinutes(3), TimeSpan.FromMilliseconds(100));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await broker.Drop(amqp);
        NpgsqlConnection.ClearAllPools();
    }

    public string Amqp => amqp;

    private async Task<MessagingHost> Host(string name, BenchDatabase database, Action<EventHandlers>? handlers, params (string, string)[] settings)
    {
        var host = await MessagingHost.Start(
            name, database.App, amqp, handlers,
            [("Messaging:Sweep", "00:00:05"), ("Messaging:Rebalance", "00:00:01"), ("Messaging:PollIdle", "00:00:01"), .. settings]);
        hosts.Add(host);
        return host;
    }
}

/// <summary>A service's own database, freshly migrated.</summary>
internal sealed record BenchDatabase(string Owner, string App)
{
    public static async Task<BenchDatabase> New(TestPostgres postgres, string service)
    {
        var name = await postgres.NewDatabase(service, typeof(Bench).Assembly);
        return new BenchDatabase(postgres.Owner(name), postgres.App(service, name));
    }
}
