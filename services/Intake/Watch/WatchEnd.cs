using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Watch;

/// <summary>What ends a watch: its caller, the end of the caller's token, the end of this process, or a reader too slow.</summary>
internal sealed class WatchEnd : IDisposable
{
    private readonly CancellationToken caller;
    private readonly CancellationToken stopping;
    private readonly CancellationTokenSource expiry;
    private readonly CancellationTokenSource any;

    /// <param name="validFor">How long the caller's token still counts.</param>
    public WatchEnd(TimeSpan validFor, TimeProvider time, CancellationToken stopping, CancellationToken caller)
    {
        (this.caller, this.stopping) = (caller, stopping);
        expiry = new CancellationTokenSource(validFor, time);
        any = CancellationTokenSource.CreateLinkedTokenSource(caller, stopping, expiry.Token);
    }

    public CancellationToken Token => any.Token;

    /// <summary>From now on, something must be read within this time.</summary>
    public void MustBeReadWithin(TimeSpan limit) => any.CancelAfter(limit);

    public void WasRead() => any.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>What the caller is told after the cancellation.</summary>
    public Exception Reason(OperationCanceledException cancelled)
    {
        if (caller.IsCancellationRequested)
        {
            return cancelled;
        }

        if (stopping.IsCancellationRequested)
        {
            return RuleBroken.Unavailable("SERVER_STOPPING", "Le service s'arrête : reprenez avec le dernier jeton de reprise.");
        }

        return expiry.IsCancellationRequested
            ? RuleBroken.Unauthenticated("TOKEN_EXPIRED", "Le jeton d'accès a expiré : renouvelez-le, puis reprenez avec le dernier jeton de reprise.")
            : RuleBroken.TooMuch("READER_TOO_SLOW", "Les messages ne sont pas lus : reprenez avec le dernier jeton de reprise.", TimeSpan.FromSeconds(1));
    }

    public void Dispose()
    {
        any.Dispose();
        expiry.Dispose();
    }
}
