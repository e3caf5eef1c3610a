using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Consents;

/// <summary>Once a day, outside Development: what <c>ExpireConsents</c> does when asked.</summary>
internal sealed class ConsentExpiry(Db db, TimeProvider time, ILogger<ConsentExpiry> logger) : RepeatedJob(TimeSpan.FromDays(1), time, logger)
{
    private const string Actor = "services/intake";

    internal async Task<int> RunOnce(CancellationToken cancellation)
    {
        var (expired, last) = (0, 0);
        do
        {
            last = (await db.InTransaction(tx => ExpireConsents.Run(tx, Actor, Time.GetUtcNow()), cancellation)).Expired;
            expired += last;
        }
        while (last == ExpireConsents.AtOnce);
        Logger.LogInformation("{Expired} agreements without contact have expired", expired);
        return expired;
    }

    protected override Task Run(CancellationToken stopping) => RunOnce(stopping);
}
