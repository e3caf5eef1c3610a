using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// One life of the relay. While the broker confirms a batch, the rows of the previous one leave the outbox and the next
/// are read: the broker never waits for the database.
/// </summary>
internal sealed class RelaySession(
    PartitionLeases leases, OutboxTable table, WavePublisher publisher, OutboxSignal signal, MessagingOptions options, ILogger logger)
{
    private readonly OutboxFloor floor = new(table);
    private readonly Schedule rebalance = new(options.Rebalance);
    private readonly Schedule sweep = new(options.Sweep);
    private BlockedAggregates blocked = new([]);

    /// <summary>Until cancelled; whatever else ends it, the next session begins with a clean state.</summary>
    public async Task Run(Action works, CancellationToken cancellation)
    {
        await leases.Join();
        var poll = options.PollBusy;
        while (!cancellation.IsCancellationRequested)
        {
            await LookAround();
            var (moved, more) = await Drain();
            works();
            poll = moved > 0 ? options.PollBusy : TimeSpan.FromTicks(Math.Min(poll.Ticks * 2, options.PollIdle.Ticks));
            if (!more)
            {
                await signal.Wait(poll, cancellation);
            }
        }
    }

    /// <summary>Partitions, and what only time changes.</summary>
    private async Task LookAround()
    {
        var gained = rebalance.TakeIfDue() && await leases.Rebalance();
        if (gained || sweep.TakeIfDue())
        {
            await floor.Look(leases.Mine);
            blocked = new BlockedAggregates(await table.Blocked());
        }
    }

    /// <returns>How many events the broker confirmed, and whether there is more to do at once.</returns>
    private async Task<(int Moved, bool More)> Drain()
    {
        var moved = 0;
        var full = false;
        Published? unsettled = null;
        var batch = await Read([]);
        while (batch.Count > 0)
        {
            var publishing = publisher.Publish(batch);
            if (unsettled is not null)
            {
                await Settle(unsettled);
            }

            full = batch.Count >= options.RelayBatch / Outbox.Partitions;
            var next = full && !rebalance.IsDue ? await Read(batch.ConvertAll(r => r.Seq).ToArray()) : [];
            unsettled = await publishing;
            CrashPoint.Hit("relay.after_confirm_before_delete");
            moved += unsettled.Confirmed.Count;
            blocked.Add(unsettled, WaitOf);
            // What has just begun to wait holds up what was read behind it.
            next.RemoveAll(r => blocked.Holds(r.AggregateId));
            batch = unsettled.Unanswered.Count == 0 ? next : [];
        }

        if (unsettled is not null)
        {
            await Settle(unsettled);
            ThrowIfSilent(unsettled);
        }

        return (moved, full);
    }

    private Task<List<OutboxRow>> Read(long[] inFlight) =>
        table.Read(leases.Mine, floor.Value, inFlight, blocked.Now(), options.RelayBatch);

    private async Task Settle(Published done)
    {
        if (done.Confirmed.Count > 0)
        {
            await table.MoveToPublished(done.Confirmed.ConvertAll(r => r.Seq).ToArray());
        }

        foreach (var (row, reason) in done.Refused)
        {
            Meters.Refused();
            if (row.Attempts + 1 < options.RelayAttempts)
            {
                await table.PutOff(row.Seq, Backoff(row), counts: true);
                continue;
            }

            await table.SetAside(row.Seq, reason);
            Meters.SetAside();
            logger.LogError(
                "The broker refused event {EventId} ({Type}) {Attempts} times ({Reason}): it and its aggregate wait to be re-driven",
                row.EventId, row.EventType, row.Attempts + 1, reason);
        }

        foreach (var row in done.Unanswered)
        {
            Meters.Refused();
            await table.PutOff(row.Seq, options.RefusalBackoff, counts: false);
        }
    }

    /// <summary>Null: until re-driven.</summary>
    private TimeSpan? WaitOf(OutboxRow row) => row.Attempts + 1 < options.RelayAttempts ? Backoff(row) : null;

    private TimeSpan Backoff(OutboxRow row) =>
        TimeSpan.FromTicks(Math.Min(options.RefusalBackoff.Ticks << Math.Min((int)row.Attempts, 20), options.RefusalBackoffMax.Ticks));

    /// <summary>A channel that does not answer is given up with its session.</summary>
    private void ThrowIfSilent(Published done)
    {
        if (done.Unanswered.Count > 0)
        {
            throw new TimeoutException($"{done.Unanswered.Count} events without an answer of the broker after {options.ConfirmTimeout}.");
        }
    }
}
