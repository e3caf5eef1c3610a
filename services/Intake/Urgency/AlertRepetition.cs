using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Urgency;

/// <summary>Once a minute, outside Development: what <c>RepeatAlerts</c> does when asked.</summary>
internal sealed class AlertRepetition(Db db, RepeatAlerts repeat, TimeProvider time, ILogger<AlertRepetition> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        do
        {
            try
            {
                await db.InTransaction(tx => repeat.Run(tx, time.GetUtcNow()), stoppingToken);
            }
            catch (Npgsql.NpgsqlException failure)
            {
                logger.LogWarning("Overdue alerts were not looked at ({Kind}); again in a minute", failure.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
