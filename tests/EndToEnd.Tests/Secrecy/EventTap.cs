using System.Collections.Concurrent;
using System.Text;
using Intervision.ServiceDefaults.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>A queue of the test's own, bound to everything that is said: bodies, headers and properties.</summary>
internal sealed class EventTap : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> heard = [];
    private readonly IConnection connection;
    private readonly IChannel channel;

    private EventTap(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    public int Count => heard.Count;

    public static async Task<EventTap> Bind(Uri broker)
    {
        var opened = await new ConnectionFactory { Uri = broker, ClientProvidedName = "canary test" }.CreateConnectionAsync();
        var tap = new EventTap(opened, await opened.CreateChannelAsync());
        var queue = (await tap.channel.QueueDeclareAsync()).QueueName;
        await tap.channel.QueueBindAsync(queue, Topology.Exchange, "#");
        var consumer = new AsyncEventingBasicConsumer(tap.channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            tap.heard.Enqueue([.. Envelope(delivery), .. delivery.Body.Span]);
            return Task.CompletedTask;
        };
        await tap.channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return tap;
    }

    public async Task Publish(string routingKey, string header, string body) => await channel.BasicPublishAsync(
        Topology.Exchange, routingKey, mandatory: false,
        new BasicProperties { Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-header"] = header } }, Encoding.UTF8.GetBytes(body));

    public bool Has(params string[] words) =>
        heard.Any(m => Array.TrueForAll(words, w => m.AsSpan().IndexOf(Encoding.UTF8.GetBytes(w)) >= 0));

    public IEnumerable<(string Place, ReadOnlyMemory<byte> Bytes)> Heard() => heard.Select(m => ("events", (ReadOnlyMemory<byte>)m));

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>Routing key, properties, names and values of headers.</summary>
    private static IEnumerable<byte> Envelope(BasicDeliverEventArgs delivery)
    {
        var p = delivery.BasicProperties;
        var headers = (p.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            .Select(h => $"{h.Key}={(h.Value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : h.Value)}");
        return Encoding.UTF8.GetBytes($"{delivery.RoutingKey}\n{p.MessageId} {p.Type} {p.AppId} {p.CorrelationId} {p.ContentType}\n{string.Join('\n', headers)}\n");
    }
}
