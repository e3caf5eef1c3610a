using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>A place in what was published, in the order of DESIGN §7.6.</summary>
public sealed record PublishedPosition(long Xid, long Seq);

/// <summary>
/// Says events of this service once more, to one queue only: with their own ids, sequences and times, so that who has them
/// already knows it. For outsiders who lost theirs or come late; services of the suite have their inboxes.
/// </summary>
public sealed class Replay(ServiceName service, Broker broker)
{
    private const int Window = 256;

    /// <summary>Whether a queue is somebody else's copy of this service's stream: <c>{consumer}.{service}</c>, none of the suite's own.</summary>
    public bool MayReceive(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var suffix = "." + service.Value;
        return queue.Length is > 0 and <= 100 && queue.EndsWith(suffix, StringComparison.Ordinal)
            && queue[..^suffix.Length] is { Length: > 0 } consumer && consumer.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            && !Topology.Queues.Any(q => q.Suite && q.Name == queue);
    }

    /// <summary>Those that happened since, in the order in which they were published.</summary>
    /// <returns>How many, and where the next call goes on; null at the end.</returns>
    /// <exception cref="RuleBroken">QUEUE_MISSING; BROKER_UNAVAILABLE: some may have been said, the same call says them again.</exception>
    public async Task<(int Count, PublishedPosition? Next)> Run(Tx tx, string queue, DateTimeOffset since, PublishedPosition? after, int limit)
    {
        ArgumentNullException.ThrowIfNull(tx);
        var rows = await tx.Query<PublishedRow>(
            """
            select xid::text::bigint as xid, seq, event_id, event_type, subject, aggregate_id, stream_no, occur_time, traceparent, payload
            from published_event
            where (xid, seq) > (@xid::text::xid8, @seq) and xid < pg_snapshot_xmin(pg_current_snapshot()) and occur_time >= @since
            order by xid, seq limit @limit
            """,
            new { xid = (after?.Xid ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture), seq = after?.Seq ?? 0, since, limit });
        if (rows.Count > 0)
        {
            await Publish(rows, queue, tx.Cancellation);
        }

        return (rows.Count, rows.Count == limit ? new PublishedPosition(rows[^1].Xid, rows[^1].Seq) : null);
    }

    private async Task Publish(IReadOnlyList<PublishedRow> rows, string queue, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await broker.Connect("replay", cancellation);
            await using var channel = await connection.CreateChannelAsync(WavePublisher.Channel, cancellation);
            foreach (var window in rows.Chunk(Window))
            {
                // Straight to its queue: nobody else hears them again. No cancellable token (PLATFORM §1).
                await Task.WhenAll(window.Select(row => channel.BasicPublishAsync(
                    exchange: "", queue, mandatory: true, row.ToCloudEvent().ToProperties(service.Value), row.Payload, CancellationToken.None).AsTask()));
            }
        }
        catch (PublishException refused) when (refused.IsReturn)
        {
            throw RuleBroken.NotNow("QUEUE_MISSING", $"La file « {queue} » n'existe pas : déclarez-la d'abord.", "QUEUE", queue);
        }
        catch (Exception lost) when (lost is RabbitMQClientException or IOException)
        {
            throw RuleBroken.Unavailable("BROKER_UNAVAILABLE", "Le courtier de messages ne répond pas.");
        }
    }

    private sealed class PublishedRow : EventRow
    {
        public long Xid { get; init; }

        public long Seq { get; init; }
    }
}
