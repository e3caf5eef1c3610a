using System.Diagnostics;
using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>An event at the door, readable, with what this consumer does about it.</summary>
/// <param name="Tag">Delivery tag, to acknowledge it singly after the commit.</param>
internal sealed record Delivery(ulong Tag, CloudEvent Event, Effect? Effect);

/// <summary>What one event does.</summary>
internal sealed class Effect
{
    private readonly CloudEvent said;
    private readonly TypeHandler handler;
    private readonly IMessage message;

    private Effect(CloudEvent said, TypeHandler handler, IMessage message) => (this.said, this.handler, this.message) = (said, handler, message);

    /// <returns>Null when this consumer does nothing with its type.</returns>
    /// <exception cref="InvalidProtocolBufferException">The body is not the JSON of its type.</exception>
    public static Effect? Of(CloudEvent e, SourceHandlers source) =>
        source.FindHandler(e.Type) is { } handler && EventTypes.Find(e.Type) is { } descriptor
            ? new Effect(e, handler, EventJson.Parse(e.Payload, descriptor))
            : null;

    /// <summary>Whether one call of the handler takes both.</summary>
    public bool GoesWith(Effect other) => handler.Batches && ReferenceEquals(handler, other.handler);

    /// <param name="together">Of one handler, in order; one, unless it takes batches.</param>
    public static async Task Apply(Tx tx, IReadOnlyList<Effect> together)
    {
        var spans = new Stack<Activity?>(together.Count);
        try
        {
            var received = new List<Received<IMessage>>(together.Count);
            foreach (var e in together)
            {
                spans.Push(Tracing.StartConsumer(e.said));
                received.Add(e.Received(spans.Peek()));
            }

            await together[0].handler.Handle(tx, received);
        }
        finally
        {
            while (spans.TryPop(out var span))
            {
                span?.Dispose();
            }
        }
    }

    private Received<IMessage> Received(Activity? span) =>
        new(message, said.Subject, said.AggregateId, said.StreamNo, said.EventId, said.Time) { Traceparent = span?.Id ?? said.Traceparent };
}
