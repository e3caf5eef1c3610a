using System.Diagnostics.Metrics;
using Intervision.Intake.Triage;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Urgency;

/// <summary>What the platform team watches of urgent requests, against the service's own clock. With several replicas each tells the same figure.</summary>
internal sealed class UrgencyMeters : RepeatedJob
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);
    private static readonly Meter Meter = new("Intervision.Intake");
    private static int overdue;
    private readonly Db db;
    private readonly Idleness idleness;

    static UrgencyMeters() => Meter.CreateObservableGauge(
        "intervision.intake.urgent.overdue", () => Volatile.Read(ref overdue), "{case}", "Urgent requests that nobody took in time; alert above 0");

    public UrgencyMeters(Db db, Idleness idleness, TimeProvider time, ILogger<UrgencyMeters> logger) : base(Every, time, logger) =>
        (this.db, this.idleness) = (db, idleness);

    protected override async Task Run(CancellationToken stopping) => Volatile.Write(ref overdue, await Look(db, Time.GetUtcNow() - idleness.Urgent, stopping));

    /// <summary>As <c>ReportWork</c> counts <c>overdue_alerts</c>.</summary>
    public static Task<int> Look(Db db, DateTimeOffset before, CancellationToken cancellation) => db.Read(
        tx => tx.Single<int>(
            "select count(*)::int from urgent_alert a join cases c on c.id = a.case_id where c.state = 'Submitted' and a.alert_time <= @before", new { before }),
        cancellation);
}
