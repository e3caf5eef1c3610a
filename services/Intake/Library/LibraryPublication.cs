using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>Once a day, outside Development: what <c>PublishLibraryCases</c> does when asked.</summary>
internal sealed class LibraryPublication(Db db, PublishLibraryCases publish, TimeProvider time, ILogger<LibraryPublication> logger) : BackgroundService
{
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
                logger.LogWarning("The library was not looked at today ({Kind})", failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task<int> RunOnce(CancellationToken cancellation)
    {
        var (published, seen) = (0, 0);
        do
        {
            var (response, looked) = await db.InTransaction(tx => publish.Run(tx, time.GetUtcNow()), cancellation);
            (published, seen) = (published + response.Published, looked);
        }
        while (seen == PublishLibraryCases.AtOnce);
        return published;
    }
}
