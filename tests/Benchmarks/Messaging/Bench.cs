using System.Collections.Concurrent;
using Dapper;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Messaging;

/// <summary>One round's database, virtual host and hosts, with the settings a service has.</summary>
internal sealed class Bench(TestBroker broker, string owner, string app, string amqp) : IAsyncDisposable
{
    private readonly List<MessagingHost> hosts = [];

    /// <summary>About 500 bytes of JSON: 59 communes.</summary>
    public static CommunesChanged Event { get; } = new() { Departement = "59", InseeCodes = { Enumerable.Range(59001, 59).Select(c => $"{c}") } };

    public string Owner => owner;

    public static async Task<Bench> New(TestPostgres postgres, TestBroker broker)
    {
        var database = await postgres.NewDatabase("indemnisation", typeof(Bench).Assembly);
        var bench = new Bench(broker, postgres.Owner(database), postgres.App("indemnisation", database), await broker.NewVirtualHost());
        await using var connection = new NpgsqlConnection(bench.Owner);
        await connection.ExecuteAsync(
            """
            create table benchmark_effect (id bigint generated always as identity primary key, aggregate_id uuid, stream_no bigint);
            grant select, insert on benchmark_effect to public;
            """);
        return bench;
    }

    public static byte[] Payload => EventJson.Format(Event);

    public Task<MessagingHost> Sayer(bool relays = true) => Host("membership", null, ("Messaging:Enabled", relays ? "true" : "false"));

    /// <summary>Hears. Its effect is a row of its own statement, or, to measure the inbox alone, a note in memory.</summary>
    public Task<MessagingHost> Hearer(ConcurrentQueue<(Guid Aggregate, long StreamNo)>? notes = null) => Host(
        "indemnisation",
        handlers => handlers.From("membership", InboxKind.Contiguous).On<CommunesChanged>((tx, r) =>
        {
            if (notes is null)
            {
                return tx.Execute("insert into benchmark_effect (aggregate_id, stream_no) values (@AggregateId, @StreamNo)", new { r.AggregateId, r.StreamNo });
            }

            notes.Enqueue((r.AggregateId, r.StreamNo));
            return Task.CompletedTask;
        }));

    public async Task<long> Count(string what)
    {
        await using var connection = new NpgsqlConnection(owner);
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {what}");
    }

    /// <summary>Sum of the watermarks.</summary>
    public async Task<long> Applied()
    {
        await using var connection = new NpgsqlConnection(owner);
        return await connection.ExecuteScalarAsync<long>("select coalesce(sum(last_no), 0)::bigint from inbox_watermark");
    }

    /// <summary>Until the relay has emptied the outbox; asked rarely, so that asking does not weigh on what is measured.</summary>
    public Task AwaitEmptyOutbox() => Rarely(() => Count("outbox"), n => n == 0, "the outbox is empty");

    /// <summary>Until so many events are applied.</summary>
    public Task AwaitApplied(long count) => Rarely(Applied, n => n >= count, $"{count} events applied");

    private static Task Rarely(Func<Task<long>> ask, Func<long, bool> accept, string what) =>
        Eventually.Is(ask, accept, what, TimeSpan.FromMinutes(3), TimeSpan.FromMilliseconds(100));

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

    private async Task<MessagingHost> Host(string name, Action<EventHandlers>? handlers, params (string, string)[] settings)
    {
        var host = await MessagingHost.Start(
            name, app, amqp, handlers,
            [("Messaging:Sweep", "00:00:05"), ("Messaging:Rebalance", "00:00:01"), ("Messaging:PollIdle", "00:00:01"), .. settings]);
        hosts.Add(host);
        return host;
    }
}
