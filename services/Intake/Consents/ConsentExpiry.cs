using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Consents;

/// <summary>Once a day, outside Development: what <c>ExpireConsents</c> does when asked.</summary>
internal sealed class ConsentExpiry(Db db, TimeProvider time, ILogger<ConsentExpiry> logger) : BackgroundService
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
                // The database is away: tomorrow is soon enough for what took 24 months.
                logger.LogWarning(failure, "Agreements without contact were not looked at today");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task<int> RunOnce(CancellationToken cancellation)
    {
        var (expired, last) = (0, 0);
        do
        {
            last = (await db.InTransaction(tx => ExpireConsents.Run(tx, Actor, time.GetUtcNow()), cancellation)).Expired;
            expired += last;
        }
        while (last == ExpireConsents.AtOnce);
        logger.LogInformation("{Expired} agreements without contact have expired", expired);
        return expired;
    }
}
