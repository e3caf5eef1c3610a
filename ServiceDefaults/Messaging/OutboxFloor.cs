namespace Intervision.ServiceDefaults.Messaging;

/// <summary>
/// A sequence number below which the outbox is known to be empty for good. A number that was drawn before a look at the
/// sequence belongs to a transaction that was running then or has ended: once all that ran at the <em>next</em> look
/// (seconds later) have ended, nothing below can appear any more.
/// </summary>
internal sealed class OutboxFloor(OutboxTable table)
{
    private long? candidate;
    private long? fence;
    private long safe;

    public long Value { get; private set; }

    public async Task Look(short[] parts)
    {
        var (lastSeq, xmin, xmax, smallest) = await table.Horizon(parts);
        if (candidate is null)
        {
            candidate = lastSeq;
        }
        else if (fence is null)
        {
            fence = xmax;
        }
        else if (xmin >= fence)
        {
            (safe, candidate, fence) = (candidate.Value, null, null);
        }

        // Rows below that are still waiting (refused, re-driven) keep the floor under them.
        Value = Math.Min(safe, smallest ?? safe);
    }
}
