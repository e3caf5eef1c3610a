using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Retention;

/// <summary>Once a day, outside Development: what <c>EraseExpired</c> does when asked, to the end.</summary>
internal sealed class DailyErasure(EraseExpired erase, TimeProvider time, ILogger<DailyErasure> logger) : BackgroundService
{
    private const string Actor = "services/intake";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromDays(1), time);
        do
        {
            try
            {
                await RunOnce(stoppingToken);
            }
            catch (Npgsql.NpgsqlException failure)
            {
                // What was erased is registered; the rest is as due tomorrow as today.
                logger.LogWarning("The erasure stopped ({Kind}); it goes on tomorrow", failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task<int> RunOnce(CancellationToken cancellation)
    {
        var erased = 0;
        while (true)
        {
            var done = await erase.Run(Actor, time.GetUtcNow(), EraseExpired.AtOnce, cancellation);
            erased += done.Erased;
            if (!done.More || done.Erased == 0)
            {
                logger.LogInformation("{Erased} cases were erased, {HeldBack} are overdue", erased, done.HeldBack);
                return erased;
            }
        }
    }
}
