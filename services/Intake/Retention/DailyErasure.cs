using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Retention;

/// <summary>Once a day, outside Development: what <c>EraseExpired</c> does when asked, to the end.</summary>
internal sealed class DailyErasure(EraseExpired erase, TimeProvider time, ILogger<DailyErasure> logger) : RepeatedJob(TimeSpan.FromDays(1), time, logger)
{
    private const string Actor = "services/intake";

    internal async Task<int> RunOnce(CancellationToken cancellation)
    {
        var erased = 0;
        while (true)
        {
            var done = await erase.Run(Actor, Time.GetUtcNow(), EraseExpired.AtOnce, cancellation);
            erased += done.Erased;
            if (!done.More || done.Erased == 0)
            {
                Logger.LogInformation("{Erased} cases were erased, {HeldBack} are overdue", erased, done.HeldBack);
                return erased;
            }
        }
    }

    protected override Task Run(CancellationToken stopping) => RunOnce(stopping);
}
