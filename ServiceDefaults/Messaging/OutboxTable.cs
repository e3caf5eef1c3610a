using Dapper;
using Npgsql;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>The relay's statements, all on its one session.</summary>
internal sealed class OutboxTable(NpgsqlConnection session)
{
    /// <summary>
    /// The next rows, in order within each partition. There is no cursor: rows leave when confirmed, so nothing that a
    /// slow transaction commits late can be passed over, and whoever sees event n + 1 of an aggregate sees n.
    /// </summary>
    /// <param name="floor">Below it nothing is left to find; spares a walk over dead index entries.</param>
    /// <param name="inFlight">Rows being published.</param>
    /// <param name="blocked">Aggregates that wait.</param>
    public async Task<List<OutboxRow>> Read(short[] parts, long floor, long[] inFlight, Guid[] blocked, int limit)
    {
        var rows = await session.QueryAsync<OutboxRow>(
            """
            select o.seq, o.aggregate_id, o.stream_no, o.event_id, o.event_type, o.subject, o.payload, o.traceparent,
                   o.occur_time, o.append_time, o.attempts
            from unnest(@parts) as mine(part)
            cross join lateral (
              select * from outbox
              where part = mine.part and seq >= @floor and seq <> all (@inFlight) and aggregate_id <> all (@blocked)
              order by seq limit @perPart) as o
            order by o.seq
            """,
            new { parts, floor, inFlight, blocked, perPart = Math.Max(1, (limit + parts.Length - 1) / Math.Max(1, parts.Length)) });
        return rows.AsList();
    }

    /// <summary>Confirmed rows become published events, in one statement.</summary>
    public Task MoveToPublished(long[] confirmed) =>
        session.ExecuteAsync(
            """
            with gone as (delete from outbox where seq = any (@confirmed) returning *)
            insert into published_event (seq, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, append_time)
            select seq, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, append_time from gone
            order by seq
            """,
            new { confirmed });

    /// <summary>The row waits, and its aggregate with it; <paramref name="counts"/> is false when the broker said nothing.</summary>
    public Task PutOff(long seq, TimeSpan delay, bool counts) =>
        session.ExecuteAsync(
            "update outbox set not_before = clock_timestamp() + @delay, attempts = attempts + @more where seq = @seq",
            new { seq, delay, more = counts ? (short)1 : (short)0 });

    /// <summary>Refused too often: set aside until re-driven. Its successors stay behind it in the outbox.</summary>
    public Task SetAside(long seq, string reason) =>
        session.ExecuteAsync(
            """
            with gone as (delete from outbox where seq = @seq returning *)
            insert into outbox_parked (seq, part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, append_time, reason)
            select seq, part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time, append_time, @reason from gone
            """,
            new { seq, reason });

    /// <summary>Aggregates that wait, and for how long; null: until someone re-drives.</summary>
    public async Task<Dictionary<Guid, TimeSpan?>> Blocked() =>
        (await session.QueryAsync<(Guid Id, TimeSpan? Wait)>(
            """
            select aggregate_id, not_before - clock_timestamp() from outbox where not_before > clock_timestamp()
            union all
            select distinct aggregate_id, null::interval from outbox_parked
            """))
        .GroupBy(b => b.Id)
        .ToDictionary(g => g.Key, g => g.Any(b => b.Wait is null) ? null : g.Max(b => b.Wait));

    /// <summary>Last drawn sequence number, oldest running and next transaction, smallest row in these partitions.</summary>
    public Task<(long LastSeq, long Xmin, long Xmax, long? SmallestSeq)> Horizon(short[] parts) =>
        session.QuerySingleAsync<(long, long, long, long?)>(
            """
            select (select last_value from outbox_seq_seq),
                   pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                   pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
                   (select min(seq) from outbox where part = any (@parts))
            """,
            new { parts });
}
