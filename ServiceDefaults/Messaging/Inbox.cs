using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// Applies each event once and in its aggregate's order: effect, watermark and own outbox rows in one transaction
/// (MESSAGING §D3, Consume). The watermark is both the order and the memory of what is known, without expiry.
/// </summary>
internal sealed class Inbox(SourceHandlers source, Db db, MessagingOptions options, ILogger logger)
{
    private readonly InboxTable table = new(source.Queue);

    internal enum Verdict
    {
        Apply,
        Duplicate,
        Park,
    }

    /// <summary>The rule of the inbox.</summary>
    internal static Verdict Decide(InboxKind kind, long lastNo, long streamNo) =>
        streamNo <= lastNo ? Verdict.Duplicate
        : kind == InboxKind.Latest || streamNo == lastNo + 1 ? Verdict.Apply
        : Verdict.Park;

    /// <summary>All of them in one transaction, without savepoints (DESIGN §7.25): one failure fails all.</summary>
    /// <returns>Aggregates that moved and have parked events to look at.</returns>
    public async Task<IReadOnlyList<Guid>> Apply(IReadOnlyList<Delivery> deliveries, CancellationToken cancellation)
    {
        var (toDrain, verdicts) = await db.InTransaction(
            async tx =>
            {
                var watermarks = await table.Lock(tx, deliveries.Select(d => d.Event.AggregateId).Distinct().ToArray());
                var verdicts = await ApplyAll(tx, watermarks, deliveries);
                await table.Save(tx, watermarks.Values);
                return (watermarks.Values.Where(w => w is { Moved: true, HasParked: true }).Select(w => w.AggregateId).ToList(), verdicts);
            },
            cancellation);
        Count(deliveries, verdicts);
        return toDrain;
    }

    /// <summary>Stores a failing event aside; its successors will find a gap and join it.</summary>
    public async Task ParkPoison(CloudEvent e, Exception failure, CancellationToken cancellation)
    {
        var reason = $"{failure.GetType().Name}: {failure.Message}";
        await db.InTransaction(
            async tx =>
            {
                await table.Lock(tx, [e.AggregateId]);
                await table.Park(tx, e, reason[..Math.Min(reason.Length, 500)]);
            },
            cancellation);
        Meters.Parked(source.Queue, "poison");
        logger.LogError(
            failure, "Event {EventId} ({Type}, number {StreamNo} of {AggregateId}) failed {Attempts} times in {Queue}: parked with all later events of its aggregate until re-driven",
            e.EventId, e.Type, e.StreamNo, e.AggregateId, options.PoisonAttempts, source.Queue);
    }

    /// <summary>Applies what was parked and now follows, one event per transaction; stops at a gap or at poison.</summary>
    public async Task Drain(Guid aggregate, CancellationToken cancellation)
    {
        while (true)
        {
            CloudEvent? tried = null;
            try
            {
                if (!await db.InTransaction(tx => DrainOne(tx, aggregate, e => tried = e), cancellation))
                {
                    return;
                }
            }
            catch (Exception failure) when (tried is not null && !cancellation.IsCancellationRequested && !DatabaseErrors.IsTransient(failure))
            {
                await ParkPoison(tried, failure, cancellation);
                return;
            }
        }
    }

    /// <summary>What a crash left drainable, or a person re-drove.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        foreach (var aggregate in await db.Read(tx => table.Drainable(tx, source.Kind), cancellation))
        {
            await Drain(aggregate, cancellation);
        }
    }

    /// <summary>In their order; neighbours that one handler takes together are one call of it.</summary>
    private async Task<Verdict[]> ApplyAll(Tx tx, Dictionary<Guid, Watermark> watermarks, IReadOnlyList<Delivery> deliveries)
    {
        var verdicts = new Verdict[deliveries.Count];
        var together = new List<Effect>();
        for (var i = 0; i < deliveries.Count; i++)
        {
            var (e, watermark) = (deliveries[i].Event, watermarks[deliveries[i].Event.AggregateId]);
            verdicts[i] = Decide(source.Kind, watermark.LastNo, e.StreamNo);
            if (verdicts[i] == Verdict.Park)
            {
                await table.Park(tx, e, failure: null);
            }
            else if (verdicts[i] == Verdict.Apply)
            {
                watermark.MoveTo(e.StreamNo);
                if (deliveries[i].Effect is { } effect)
                {
                    if (together.Count > 0 && !effect.GoesWith(together[^1]))
                    {
                        await ApplyTogether(tx, together);
                    }

                    together.Add(effect);
                }
            }
        }

        await ApplyTogether(tx, together);
        return verdicts;
    }

    private static async Task ApplyTogether(Tx tx, List<Effect> together)
    {
        if (together.Count > 0)
        {
            await Effect.Apply(tx, together);
            together.Clear();
            CrashPoint.Hit("consumer.mid_batch");
        }
    }

    private async Task<bool> DrainOne(Tx tx, Guid aggregate, Action<CloudEvent> trying)
    {
        var watermark = (await table.Lock(tx, [aggregate]))[aggregate];
        if (await table.NextParked(tx, aggregate, watermark.LastNo, source.Kind) is not { } next)
        {
            return false;
        }

        trying(next);
        if (Effect.Of(next, source) is { } effect)
        {
            await Effect.Apply(tx, [effect]);
        }

        watermark.MoveTo(next.StreamNo);
        await table.Forget(tx, aggregate, next.StreamNo);
        await table.Save(tx, [watermark]);
        return true;
    }

    private void Count(IReadOnlyList<Delivery> deliveries, Verdict[] verdicts)
    {
        for (var i = 0; i < verdicts.Length; i++)
        {
            switch (verdicts[i])
            {
                case Verdict.Apply:
                    Meters.Applied(source.Queue, deliveries[i].Event);
                    break;
                case Verdict.Duplicate:
                    Meters.Duplicate(source.Queue);
                    break;
                default:
                    Meters.Parked(source.Queue, "gap");
                    break;
            }
        }
    }
}
