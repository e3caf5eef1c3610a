using Intervision.Membership.History;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Review;

/// <summary>
/// Reviews the dates at start and then every hour, on the real clock: a day that begins in Paris is seen within the hour,
/// and days on which nothing ran are caught up with. Several instances may do it: what was said is said once.
/// Off in Development, where calls may live on another day and the RPC does it (DESIGN §7.20):
/// <c>Membership:ReviewDates</c> switches it either way.
/// </summary>
internal sealed class ReviewJob(Db db, TimeProvider time, IConfiguration configuration, IHostEnvironment environment, ILogger<ReviewJob> logger)
    : RepeatedJob(TimeSpan.FromHours(1), time, logger)
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        configuration.GetValue("Membership:ReviewDates", !environment.IsDevelopment()) ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override async Task Run(CancellationToken stopping)
    {
        var author = new Author("services/membership", "ReviewDates", Time.GetUtcNow());
        var said = await db.InTransaction(tx => ReviewDates.Review(tx, author), stopping);
        if (said.CalculateSize() > 0)
        {
            Logger.LogInformation(
                "Reviewed dates: {Expiring} conventions near their end, {Ended} ended, {Poles} pôles with another référent",
                said.ExpiringConventions, said.EndedConventions, said.ChangedPoles);
        }
    }
}
