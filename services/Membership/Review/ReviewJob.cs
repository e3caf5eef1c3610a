using Intervision.Membership.History;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Review;

/// <summary>
/// Reviews the dates at start and then every hour, on the real clock: a day that begins in Paris is seen within the hour,
/// and days on which nothing ran are caught up with. Several instances may do it: what was said is said once.
/// Off in Development, where calls may live on another day and the RPC does it (DESIGN §7.20):
/// <c>Membership:ReviewDates</c> switches it either way.
/// </summary>
internal sealed class ReviewJob(Db db, TimeProvider time, IConfiguration configuration, IHostEnvironment environment, ILogger<ReviewJob> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!configuration.GetValue("Membership:ReviewDates", !environment.IsDevelopment()))
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = await TryReview(stoppingToken) ? Every : AfterFailure;
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryReview(CancellationToken stopping)
    {
        try
        {
            var author = new Author("services/membership", "ReviewDates", time.GetUtcNow());
            var said = await db.InTransaction(tx => ReviewDates.Review(tx, author), stopping);
            if (said.CalculateSize() > 0)
            {
                logger.LogInformation(
                    "Reviewed dates: {Expiring} conventions near their end, {Ended} ended, {Poles} pôles with another référent",
                    said.ExpiringConventions, said.EndedConventions, said.ChangedPoles);
            }

            return true;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            logger.LogError(failure, "Dates could not be reviewed; trying again in {Delay}", AfterFailure);
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
