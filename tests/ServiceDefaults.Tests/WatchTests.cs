using System.Diagnostics.Metrics;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
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
    }

    [Fact]
    public async Task The_queue_that_finance_reads_is_measured_though_nobody_of_ours_does()
    {
        await using var world = await CrashWorld.New();
        await using var service = await MessagingHost.Start("indemnisation", world.App, world.Amqp);
        var factory = new ConnectionFactory { Uri = new Uri(world.Amqp) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
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

    private static async Task Seen(string instrument, string? queue, long expected)
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
            if (queue is null || tags.ToArray().Any(t => t.Key == "queue" && (string?)t.Value == queue))
            {
                last = value;
            }
        });
        listener.Start();
        await Eventually.IsTrue(
            () =>
            {
                listener.RecordObservableInstruments();
                return Task.FromResult(last == expected);
            },
            $"{instrument} is {expected}", TimeSpan.FromSeconds(60));
    }
}
