using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Waits longer and longer while something is away; says so once, and once when it is over.</summary>
internal sealed class Outage(MessagingOptions options, string what, ILogger logger)
{
    private readonly Lock gate = new();
    private TimeSpan delay = options.Reconnect;
    private bool lasts;
    private long since;

    /// <summary>Does it again and again; what fails is tried again sooner, until it is time to stop.</summary>
    /// <param name="every">Between two successes.</param>
    public async Task Repeat(TimeSpan every, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(every);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await work(stopping);
                Over();
                await timer.WaitForNextTickAsync(stopping);
            }
            catch (Exception failure) when (!stopping.IsCancellationRequested)
            {
                await Wait(failure, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public async Task Wait(Exception cause, CancellationToken cancellation)
    {
        var wait = Next(cause);
        try
        {
            await Task.Delay(wait, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the caller looks at its token.
        }
    }

    public void Over()
    {
        if (!Volatile.Read(ref lasts))
        {
            return;
        }

        lock (gate)
        {
            if (lasts)
            {
                logger.LogInformation("{What}: works again after {Seconds:F1} s", what, TimeProvider.System.GetElapsedTime(since).TotalSeconds);
                (lasts, delay) = (false, options.Reconnect);
            }
        }
    }

    private TimeSpan Next(Exception cause)
    {
        lock (gate)
        {
            if (!lasts)
            {
                logger.LogWarning("{What}: interrupted, tried again until it works: {Kind} {Reason}", what, cause.GetType().Name, cause.Message);
                (lasts, since) = (true, TimeProvider.System.GetTimestamp());
            }

            var wait = delay;
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, options.ReconnectMax.Ticks));
            return wait;
        }
    }
}
