using System.Diagnostics.Metrics;
using Dapper;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>
/// What is measured of what waits. The instruments are of the process and other tests measure in it too: each looks for a number
/// that only it makes.
/// </summary>
public sealed class WatchTests
{
    [Fact]
    public async Task What_waits_in_the_outbox_is_measured_while_the_broker_is_away()
    {
        await using var world = await CrashWorld.New();
        var nobody = new Uri($"amqp://guest:guest@localhost:{Ports.Free()}");
        await using var sayer = await MessagingHost.Start("membership", world.App, nobody.AbsoluteUri);
        await sayer.Db.InTransaction(
            async tx =>
            {
                for (var i = 0; i < 137; i++)
                {
                    await Outbox.Append(tx, Guid.CreateVersion7(), "communes/59", TimeProvider.System.GetUtcNow(), [new CommunesChanged { Departement = "59" }]);
                }
            },
            CancellationToken.None);

        await Seen("intervision.outbox.rows", queue: null, 137);
        using var http = ((TestServer)sayer.Services.GetRequiredService<IServer>()).CreateClient();
        Assert.Equal(
            "Degraded\nrabbitmq: Not connected to RabbitMQ: requests are accepted, events wait in the outbox.",
            await http.GetStringAsync(new Uri("/health", UriKind.Relative)));
    }

    [Fact]
    public async Task What_stands_aside_is_measured_and_what_waits_behind_poison_is_no_gap()
    {
        await using var world = await CrashWorld.New();
        await using var service = await MessagingHost.Start("indemnisation", world.App, world.Amqp);
        await using var owner = new NpgsqlConnection(world.Owner);
        // One of them fails, 42 stand behind it; 17 others wait for one that has not come.
        await owner.ExecuteAsync(
            """
            insert into inbox_parked (consumer, aggregate_id, stream_no, event_id, event_type, subject, payload, occur_time, poison, reason)
            select 'indemnisation.watched', aggregate, no, gen_random_uuid(), 'x', 'x', '', now(), no = first, 'test'
            from (values (gen_random_uuid(), 3, 45, 3), (gen_random_uuid(), 2, 18, 0)) parked (aggregate, low, high, first), generate_series(low, high) no
            """);

        await Seen("intervision.inbox.parked_rows", "indemnisation.watched", 43, "poison");
        await Seen("intervision.inbox.parked_rows", "indemnisation.watched", 17, "gap");
        await owner.ExecuteAsync("delete from inbox_parked");
        await Seen("intervision.inbox.parked_rows", "indemnisation.watched", 0, "poison");
        await Seen("intervision.inbox.parked_rows", "indemnisation.watched", 0, "gap");
    }

    [Fact]
    public async Task The_queue_that_finance_reads_is_measured_though_nobody_of_ours_does()
    {
        await using var world = await CrashWorld.New();
        await using var service = await MessagingHost.Start("indemnisation", world.App, world.Amqp);
        var factory = new ConnectionFactory { Uri = new Uri(world.Amqp) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await Eventually.IsTrue(() => Exists(connection), "the queue is declared");
        for (var i = 0; i < 43; i++)
        {
            await channel.BasicPublishAsync("", "finance.indemnisation", ReadOnlyMemory<byte>.Empty);
        }

        await Seen("intervision.queue.messages", "finance.indemnisation", 43);

        // Somebody deletes it: it is there again, for what is said from now on.
        await channel.QueueDeleteAsync("finance.indemnisation");
        await Eventually.IsTrue(() => Exists(connection), "the queue is declared again");
        Assert.Empty(service.ErrorLog.Errors);
    }

    private static async Task<bool> Exists(IConnection connection)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await channel.QueueDeclarePassiveAsync("finance.indemnisation");
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }

    private static async Task Seen(string instrument, string? queue, long expected, string? kind = null)
    {
        var last = -1L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (one, self) =>
        {
            if (one.Name == instrument)
            {
                self.EnableMeasurementEvents(one);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (IsTagged(tags, "queue", queue) && IsTagged(tags, "kind", kind))
            {
                last = value;
            }
        });
        listener.Start();
        await Eventually.Is(
            () =>
            {
                listener.RecordObservableInstruments();
                return Task.FromResult(last);
            },
            seen => seen == expected, $"{instrument} is {expected}", TimeSpan.FromSeconds(60));
    }

    private static bool IsTagged(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key, string? value)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key && (string?)tag.Value == value)
            {
                return true;
            }
        }

        return value is null;
    }
}
