using System.Diagnostics;
using System.Globalization;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using RabbitMQ.Client;

namespace Intervision.Benchmarks.Messaging;

/// <summary>What the bare client does with the same messages and the same window: the yardstick.</summary>
internal static class RawPublish
{
    // The relay's: the same variable sets both.
    private static readonly int Window =
        int.TryParse(Environment.GetEnvironmentVariable("Messaging__RelayBatch"), CultureInfo.InvariantCulture, out var given) ? given : new MessagingOptions().RelayBatch;

    /// <returns>Messages per second.</returns>
    public static async Task<double> Measure(TestBroker broker, int count)
    {
        var amqp = await broker.NewVirtualHost();
        await using var connection = await new ConnectionFactory { Uri = new Uri(amqp) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, null));
        await Topology.Declare(channel, CancellationToken.None);
        using var window = new SemaphoreSlim(Window);
        var payload = Bench.Payload;
        await Bench.Settled(broker);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            await window.WaitAsync();
            _ = Publish(i);
        }

        for (var i = 0; i < Window; i++)
        {
            await window.WaitAsync();
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        await broker.Drop(amqp);
        return count / elapsed.TotalSeconds;

        async Task Publish(int i)
        {
            var e = new CloudEvent(
                Guid.CreateVersion7(), "intervision.membership.communes_changed.v1", "communes/59", AggregateId.Of($"{i}"), 1, TimeProvider.System.GetUtcNow(), null, payload);
            await channel.BasicPublishAsync(Topology.Exchange, e.Type, mandatory: true, e.ToProperties("membership"), e.Payload, CancellationToken.None);
            window.Release();
        }
    }
}
