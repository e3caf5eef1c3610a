using System.Threading.Channels;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <param name="Request">An export request, or an <see cref="Action{Pruning}"/> to do between two batches.</param>
/// <param name="Bytes">As received.</param>
internal sealed record Waiting(object Request, string Sender, string Kind, long Records, int Bytes, long Arrival)
{
    public TaskCompletionSource? Done { get; init; }
}

/// <summary>
/// What waits for the disk, bounded in bytes. One sender may have half of the room: a flood of one is refused while the others
/// still get in.
/// </summary>
internal sealed class WaitingRequests(long limit)
{
    private readonly Channel<Waiting> channel = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, long> bySender = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private long bytes;

    public long Bytes => Interlocked.Read(ref bytes);

    public ChannelReader<Waiting> Reader => channel.Reader;

    /// <returns>False when there is no room; nothing was taken then.</returns>
    public bool TryAdd(Waiting waiting)
    {
        lock (gate)
        {
            var own = bySender.GetValueOrDefault(waiting.Sender);
            // One that is larger than the room it may have goes alone: it was read already, and would never find more.
            if (waiting.Bytes > 0 && (bytes + waiting.Bytes > Math.Max(limit, waiting.Bytes) || own + waiting.Bytes > Math.Max(limit / 2, waiting.Bytes)))
            {
                return false;
            }

            bySender[waiting.Sender] = own + waiting.Bytes;
            Interlocked.Add(ref bytes, waiting.Bytes);
        }

        return channel.Writer.TryWrite(waiting);
    }

    public void Taken(Waiting waiting)
    {
        lock (gate)
        {
            Interlocked.Add(ref bytes, -waiting.Bytes);
            if ((bySender[waiting.Sender] -= waiting.Bytes) <= 0)
            {
                bySender.Remove(waiting.Sender);
            }
        }
    }

    public void Complete() => channel.Writer.TryComplete();
}
