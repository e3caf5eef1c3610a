using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>Once a day, outside Development: what <c>PublishLibraryCases</c> does when asked.</summary>
internal sealed class LibraryPublication(Db db, PublishLibraryCases publish, TimeProvider time, ILogger<LibraryPublication> logger)
    : RepeatedJob(TimeSpan.FromDays(1), time, logger)
{
    protected override async Task Run(CancellationToken stopping)
    {
        var seen = PublishLibraryCases.AtOnce;
        while (seen == PublishLibraryCases.AtOnce)
        {
            (_, seen) = await db.InTransaction(tx => publish.Run(tx, Time.GetUtcNow()), stopping);
        }
    }
}
