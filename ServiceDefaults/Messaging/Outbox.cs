using System.Diagnostics;
using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Says events in the transaction of what happened: nothing is said that did not happen, nor the reverse.</summary>
public static class Outbox
{
    public const int Partitions = 16;

    /// <summary>
    /// Appends the events of one aggregate, in order, after its row was saved (its row lock makes stream numbers
    /// contiguous and in commit order).
    /// </summary>
    /// <param name="aggregateId">See <see cref="AggregateId"/> for aggregates named by people.</param>
    /// <param name="subject">Resource name, e.g. <c>cases/SIT-7F3K-92QD</c>.</param>
    /// <param name="occurTime">The instant of the call that made it happen.</param>
    public static async Task Append(Tx tx, Guid aggregateId, string subject, DateTimeOffset occurTime, params IReadOnlyList<IMessage> events)
    {
        ArgumentNullException.ThrowIfNull(tx);
        if (events.Count == 0)
        {
            return;
        }

        var last = await tx.Single<long>(
            """
            insert into stream_head as h (aggregate_id, last_no) values (@aggregateId, @Count)
            on conflict (aggregate_id) do update set last_no = h.last_no + excluded.last_no
            returning last_no
            """,
            new { aggregateId, Count = (long)events.Count });
        await tx.Execute(
            """
            insert into outbox (part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time)
            values (@Part, @AggregateId, @StreamNo, @EventId, @EventType, @Subject, @Payload, @Traceparent, @OccurTime)
            """,
            events.Select((e, i) => new
            {
                Part = PartitionOf(aggregateId),
                AggregateId = aggregateId,
                StreamNo = last - events.Count + 1 + i,
                EventId = Guid.CreateVersion7(),
                EventType = EventTypes.NameOf(e.Descriptor),
                Subject = subject,
                Payload = EventJson.Format(e),
                Traceparent = Activity.Current?.Id,
                OccurTime = occurTime,
            }).ToList());
        tx.HasAppended = true;
    }

    /// <summary>Stable over processes and versions: the low bits of the id's last byte, which UUIDv7 fills at random.</summary>
    public static short PartitionOf(Guid aggregateId)
    {
        Span<byte> bytes = stackalloc byte[16];
        aggregateId.TryWriteBytes(bytes);
        return (short)(bytes[15] % Partitions);
    }
}
