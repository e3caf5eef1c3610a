namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Wakes the relay of this process after a commit; other processes find the rows by polling (MESSAGING §D3).</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim bell = new(0, 1);

    public void Wake()
    {
        lock (bell)
        {
            if (bell.CurrentCount == 0)
            {
                bell.Release();
            }
        }
    }

    /// <summary>Returns when woken or after <paramref name="atMost"/>.</summary>
    public Task Wait(TimeSpan atMost, CancellationToken cancellation) => bell.WaitAsync(atMost, cancellation);

    public void Dispose() => bell.Dispose();
}
