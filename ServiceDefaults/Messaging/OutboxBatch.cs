using System.Diagnostics;
using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>One event about one aggregate, for <see cref="OutboxBatch"/>.</summary>
public sealed record ToSay(string Subject, IMessage Event)
{
    /// <summary>That of the subject, which people named, unless another is said.</summary>
    public Guid AggregateId { get; init; } = Messaging.AggregateId.Of(Subject);

    /// <summary>The batch's unless another is said: a batch may gather what several calls did.</summary>
    public DateTimeOffset? OccurTime { get; init; }

    /// <summary>That of the current activity unless another is said.</summary>
    public string? Traceparent { get; init; } = Activity.Current?.Id;

    /// <summary>The event's JSON, when it is known already; null: it is formatted.</summary>
    public byte[]? Payload { get; init; }
}

/// <summary>
/// <see cref="Outbox.Append"/> for many aggregates in two statements, for bulk work such as an import. Stream heads are
/// locked in one order, so that two batches cannot deadlock.
/// </summary>
public static class OutboxBatch
{
    /// <param name="events">In the order in which they are said; those of one aggregate follow each other.</param>
    public static async Task Append(Tx tx, DateTimeOffset occurTime, IReadOnlyList<ToSay> events)
    {
        ArgumentNullException.ThrowIfNull(tx);
        if (events.Count == 0)
        {
            return;
        }

        var counts = events.CountBy(e => e.AggregateId).ToList();
        var heads = (await tx.Query<(Guid Id, long Last)>(
            """
            insert into stream_head as h (aggregate_id, last_no)
            select id, count from unnest(@ids, @counts) as e (id, count) order by id
            on conflict (aggregate_id) do update set last_no = h.last_no + excluded.last_no
            returning aggregate_id, last_no
            """,
            new { ids = counts.ConvertAll(c => c.Key).ToArray(), counts = counts.ConvertAll(c => (long)c.Value).ToArray() })).ToDictionary(h => h.Id, h => h.Last);
        foreach (var (id, count) in counts)
        {
            heads[id] -= count;
        }

        await Insert(tx, occurTime, events, [.. events.Select(e => ++heads[e.AggregateId])], heads: "");
    }

    /// <summary>The same, in one statement, for aggregates that were made in this transaction: nobody has spoken of them yet.</summary>
    public static Task AppendFirst(Tx tx, IReadOnlyList<ToSay> events)
    {
        ArgumentNullException.ThrowIfNull(tx);
        ArgumentNullException.ThrowIfNull(events);
        const string heads = "with head as (insert into stream_head (aggregate_id, last_no) select id, 1 from unnest(@ids) id)";
        return events.Count == 0 ? Task.CompletedTask : Insert(tx, DateTimeOffset.UnixEpoch, events, [.. events.Select(_ => 1L)], heads);
    }

    private static async Task Insert(Tx tx, DateTimeOffset occurTime, IReadOnlyList<ToSay> events, long[] numbers, string heads)
    {
        var ids = events.Select(e => e.AggregateId).ToArray();
        await tx.Execute(
            $"""
            {heads}
            insert into outbox (part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time)
            select part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time
            from unnest(@parts, @ids, @numbers, @eventIds, @types, @subjects, @payloads, @traceparents, @occurTimes)
              as e (part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time)
            """,
            new
            {
                ids,
                numbers,
                parts = ids.Select(Outbox.PartitionOf).ToArray(),
                eventIds = ids.Select(_ => Guid.CreateVersion7()).ToArray(),
                types = events.Select(e => EventTypes.NameOf(e.Event.Descriptor)).ToArray(),
                subjects = events.Select(e => e.Subject).ToArray(),
                payloads = events.Select(e => e.Payload ?? EventJson.Format(e.Event)).ToArray(),
                traceparents = events.Select(e => e.Traceparent).ToArray(),
                occurTimes = events.Select(e => e.OccurTime ?? occurTime).ToArray(),
            });
        tx.HasAppended = true;
    }
}
