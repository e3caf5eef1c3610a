using Dapper;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>How far one aggregate is applied here, locked for this transaction.</summary>
internal sealed class Watermark
{
    public Guid AggregateId { get; init; }

    public long LastNo { get; set; }

    /// <summary>Events of it are stored aside.</summary>
    public bool HasParked { get; init; }

    public bool Moved { get; private set; }

    public void MoveTo(long streamNo) => (LastNo, Moved) = (streamNo, true);
}

/// <summary>The inbox statements of one queue.</summary>
internal sealed class InboxTable(string consumer)
{
    /// <summary>
    /// Locks the watermarks, in one order for everybody. They are made first: without a row to lock, two racing deliveries
    /// could each see the other's predecessor missing and park one for ever (DESIGN §7.1). By INSERT alone, which finds each
    /// row by its key: a SELECT prepared while the table was small goes on reading all of it when it has grown.
    /// </summary>
    public async Task<Dictionary<Guid, Watermark>> Lock(Tx tx, Guid[] aggregates) =>
        (await tx.Query<Watermark>(
            """
            insert into inbox_watermark as w (consumer, aggregate_id, last_no)
            select @consumer, id, 0 from unnest(@aggregates) id order by id
            on conflict (consumer, aggregate_id) do update set last_no = w.last_no
            returning aggregate_id, last_no,
              exists (select 1 from inbox_parked p where p.consumer = w.consumer and p.aggregate_id = w.aggregate_id) as has_parked
            """,
            new { consumer, aggregates })).ToDictionary(w => w.AggregateId);

    public async Task Save(Tx tx, IEnumerable<Watermark> watermarks)
    {
        var moved = watermarks.Where(w => w.Moved).ToList();
        if (moved.Count > 0)
        {
            await tx.Execute(
                """
                insert into inbox_watermark (consumer, aggregate_id, last_no) select @consumer, id, no from unnest(@ids, @numbers) as moved (id, no)
                on conflict (consumer, aggregate_id) do update set last_no = excluded.last_no
                """,
                new { consumer, ids = moved.ConvertAll(w => w.AggregateId).ToArray(), numbers = moved.ConvertAll(w => w.LastNo).ToArray() });
        }
    }

    /// <summary>Stores an event aside: behind a gap, or poison with the failure that made it so.</summary>
    /// <returns>Whether it was not there yet.</returns>
    public async Task<bool> Park(Tx tx, CloudEvent e, string? failure) =>
        await tx.Execute(
            """
            insert into inbox_parked (consumer, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, poison, reason)
            values (@consumer, @AggregateId, @StreamNo, @EventId, @Type, @Subject, @Payload, @Traceparent, @Time, @poison, @reason)
            on conflict (consumer, aggregate_id, stream_no) do update set poison = excluded.poison, reason = excluded.reason where excluded.poison
            """,
            new
            {
                consumer, e.AggregateId, e.StreamNo, e.EventId, e.Type, e.Subject, e.Payload, e.Traceparent, e.Time,
                poison = failure is not null, reason = failure ?? "gap: a predecessor is missing",
            }) == 1;

    /// <summary>The parked event that comes next, if it may be tried; forgets those that were applied meanwhile.</summary>
    public async Task<CloudEvent?> NextParked(Tx tx, Guid aggregate, long lastNo, InboxKind kind)
    {
        await Forget(tx, aggregate, lastNo);
        var row = await tx.SingleOrDefault<EventRow>(
            """
            select * from inbox_parked
            where consumer = @consumer and aggregate_id = @aggregate and not poison and (stream_no = @lastNo + 1 or @anyLater)
            order by stream_no limit 1
            """,
            new { consumer, aggregate, lastNo, anyLater = kind == InboxKind.Latest });
        return row?.ToCloudEvent();
    }

    public Task Forget(Tx tx, Guid aggregate, long upTo) =>
        tx.Execute(
            "delete from inbox_parked where consumer = @consumer and aggregate_id = @aggregate and stream_no <= @upTo",
            new { consumer, aggregate, upTo });

    /// <summary>Aggregates whose parked events have become applicable: after a crash, or re-driven.</summary>
    public Task<IReadOnlyList<Guid>> Drainable(Tx tx, InboxKind kind) =>
        tx.Query<Guid>(
            """
            select distinct p.aggregate_id from inbox_parked p join inbox_watermark w using (consumer, aggregate_id)
            where p.consumer = @consumer and ((not p.poison and (p.stream_no = w.last_no + 1 or @anyLater)) or p.stream_no <= w.last_no)
            limit 1000
            """,
            new { consumer, anyLater = kind == InboxKind.Latest });
}
