using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Urgency;

/// <summary>Once a minute, outside Development: what <c>RepeatAlerts</c> does when asked.</summary>
internal sealed class AlertRepetition(Db db, RepeatAlerts repeat, TimeProvider time, ILogger<AlertRepetition> logger)
    : RepeatedJob(TimeSpan.FromMinutes(1), time, logger)
{
    protected override Task Run(CancellationToken stopping) => db.InTransaction(tx => repeat.Run(tx, Time.GetUtcNow()), stopping);
}
