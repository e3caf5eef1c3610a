using System.Threading.Channels;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>Two sides at work at once: what gives rows, and what is done with them.</summary>
public static class ReadingAhead
{
    /// <summary>The same items in their order; up to so many are there before they are asked for.</summary>
    /// <param name="most">Bounds the memory.</param>
    public static async IAsyncEnumerable<T> Ahead<T>(this IAsyncEnumerable<T> items, int most)
    {
        var ahead = Channel.CreateBounded<T>(new BoundedChannelOptions(most) { SingleReader = true, SingleWriter = true });
        using var left = new CancellationTokenSource();
        var reading = Task.Run(() => Read(items, ahead.Writer, left.Token), CancellationToken.None);
        try
        {
            await foreach (var item in ahead.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return item;
            }
        }
        finally
        {
            // Whoever leaves early waits until nothing reads any more: the connection under it is about to be given back.
            await left.CancelAsync();
            await reading;
        }
    }

    /// <summary>Never fails by itself: a failure reaches whoever takes the items, after those that came before it.</summary>
    private static async Task Read<T>(IAsyncEnumerable<T> items, ChannelWriter<T> ahead, CancellationToken left)
    {
        try
        {
            await foreach (var item in items.WithCancellation(left))
            {
                await ahead.WriteAsync(item, left);
            }

            ahead.Complete();
        }
        catch (Exception failure)
        {
            ahead.TryComplete(failure);
        }
    }
}
