using Intervision.Intake.Cases;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Urgency;

/// <summary>Urgent requests that nobody took in time are told once more.</summary>
internal sealed class RepeatAlerts(Db db, UrgentAlerts alerts, Idleness idleness)
{
    public Task<RepeatAlertsResponse> Handle(RepeatAlertsRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx => new RepeatAlertsResponse { RepeatedAlerts = await Run(tx, call.Now) });

    public async Task<int> Run(Tx tx, DateTimeOffset now)
    {
        var overdue = await tx.Query<Case>(
            $"""
            select {CaseStore.Columns} {CaseStore.From} join urgent_alert a on a.case_id = c.id
            where a.repeat_time is null and a.alert_time <= @before and c.state = 'Submitted'
            order by a.alert_time, c.id limit 500 for update of a skip locked
            """,
            new { before = now - idleness.Urgent });
        foreach (var urgent in overdue)
        {
            await alerts.Repeat(tx, urgent, now);
        }

        return overdue.Count;
    }
}
