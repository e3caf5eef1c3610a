using System.Diagnostics.CodeAnalysis;

namespace Intervision.Intake.Watch;

/// <summary>What one look at the history found.</summary>
/// <param name="No">One more than the batch before.</param>
/// <param name="Before">Seen before.</param>
/// <param name="After">Seen with it.</param>
/// <param name="Changes">What is told of it, in the order of the history.</param>
/// <param name="ReadAt">Timestamp of the reading: who may see a case is judged as of then.</param>
internal sealed record Batch(long No, Position Before, Position After, IReadOnlyList<Change> Changes, long ReadAt);

/// <summary>
/// The last batches, shared by all watchers of this process. Whoever reads slower than they are replaced goes back to the
/// database from where he stands: nobody's slowness is kept in memory.
/// </summary>
internal sealed class RecentChanges
{
    private const int Kept = 64;
    private readonly Lock gate = new();
    private readonly Batch?[] ring = new Batch?[Kept];
    private TaskCompletionSource changed = NewBell();
    private long last;
    private Position? seen;

    /// <summary>What is seen by now, and the number of the last batch.</summary>
    public (Position Seen, long No) Now
    {
        get
        {
            lock (gate)
            {
                return (seen ?? throw new InvalidOperationException("The tail has not begun."), last);
            }
        }
    }

    /// <summary>Null before the first <see cref="Begin"/>.</summary>
    public Position? Seen
    {
        get
        {
            lock (gate)
            {
                return seen;
            }
        }
    }

    /// <summary>Nothing from before counts any more; whoever listens goes on from the database.</summary>
    public void Begin(Position? at)
    {
        lock (gate)
        {
            Array.Clear(ring);
            seen = at;
            last += Kept + 1;
            Ring();
        }
    }

    public void Add(Position after, IReadOnlyList<Change> told, long readAt)
    {
        lock (gate)
        {
            last++;
            ring[last % Kept] = new Batch(last, seen!, after, told, readAt);
            seen = after;
            Ring();
        }
    }

    /// <summary>The batch after this one. False when it is not kept any more: read the database.</summary>
    /// <param name="next">Null when nothing came yet: wait for <paramref name="news"/>.</param>
    public bool TryNext(long no, out Batch? next, [NotNullWhen(true)] out Task? news)
    {
        lock (gate)
        {
            next = no == last ? null : ring[(no + 1) % Kept];
            news = changed.Task;
            return no == last || next?.No == no + 1;
        }
    }

    private void Ring()
    {
        changed.SetResult();
        changed = NewBell();
    }

    // A thousand watchers must not go on inside the one call that wakes them.
    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
