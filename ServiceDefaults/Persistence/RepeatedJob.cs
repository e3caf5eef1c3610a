using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// What a service does by itself: at the start, then again and again on the clock it is given. A failure is told and tried
/// again soon; it never stops the service.
/// </summary>
/// <param name="every">Between two runs.</param>
public abstract class RepeatedJob(TimeSpan every, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    /// <summary>All that is due. What an interrupted run did stays done.</summary>
    protected abstract Task Run(CancellationToken stopping);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = await TryRun(stoppingToken) ? every : AfterFailure;
            await Task.Delay(wait, Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryRun(CancellationToken stopping)
    {
        try
        {
            await Run(stopping);
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Npgsql.NpgsqlException away)
        {
            Logger.LogWarning("{Job} did not reach its end ({Kind}); again in {Delay}", GetType().Name, away.GetType().Name, AfterFailure);
            return false;
        }
        catch (Exception failure)
        {
            Logger.LogError(failure, "{Job} failed; again in {Delay}", GetType().Name, AfterFailure);
            return false;
        }
    }
}
