using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>An event at the door, readable, with what this consumer does about it.</summary>
/// <param name="Tag">Delivery tag, to acknowledge it singly after the commit.</param>
internal sealed record Delivery(ulong Tag, CloudEvent Event, Func<Tx, Task>? Effect)
{
    /// <summary>The effect of an event; null when this consumer does nothing with its type.</summary>
    /// <exception cref="InvalidProtocolBufferException">The body is not the JSON of its type.</exception>
    public static Func<Tx, Task>? EffectOf(CloudEvent e, SourceHandlers source)
    {
        if (source.Find(e.Type) is not { } handle || EventTypes.Find(e.Type) is not { } descriptor)
        {
            return null;
        }

        var received = new Received<IMessage>(EventJson.Parse(e.Payload, descriptor), e.Subject, e.AggregateId, e.StreamNo, e.EventId, e.Time);
        return async tx =>
        {
            using var span = Tracing.StartConsumer(e);
            await handle(tx, received);
        };
    }
}
