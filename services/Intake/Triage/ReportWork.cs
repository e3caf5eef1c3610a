using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>Counts what waits, where, and how much of it nobody has touched for too long.</summary>
internal sealed class ReportWork(Db db, Idleness idleness)
{
    public async Task<ReportWorkResponse> Handle(ReportWorkRequest request, Call call)
    {
        var all = call.Caller.Has(Roles.Coordinator);
        if (!all && request.Pole.Length > 0 && !call.Caller.Poles.Contains(request.Pole))
        {
            throw RuleBroken.Denied();
        }

        var (idleStates, idleBefore, urgentBefore) = idleness.AsOf(call.Now);
        var rows = await db.Read(
            tx => tx.Query<Row>(Sql, new { all, poles = call.Caller.Poles.ToArray(), request.Pole, idleStates, idleBefore, urgentBefore }),
            call.Cancellation);
        var response = new ReportWorkResponse();
        response.Poles.Add(rows.GroupBy(r => r.Pole, StringComparer.Ordinal).Select(Pole));
        return response;
    }

    // Who sees what: as Case.IsOrganisedBy.
    private const string Sql =
        $"""
        select coalesce(c.pole, '') as pole, c.state, count(*)::int as cases, count(*) filter (where {Idleness.Sql})::int as idle_cases,
          count(*) filter (where c.urgent)::int as urgent_cases, min(c.state_time) as oldest_time,
          count(*) filter (where c.state = 'Submitted' and exists (
            select from urgent_alert a where a.case_id = c.id and a.alert_time <= @urgentBefore))::int as overdue_alerts,
          (array_agg(c.code order by c.state_time, c.id))[1] as oldest_code
        from cases c
        where c.state = any (@idleStates)
          and (@all or c.pole = any (@poles) or (c.pole is null and c.candidate_poles && @poles))
          and (@Pole = '' or c.pole = @Pole)
        group by 1, 2
        order by 1, array_position(@idleStates, c.state)
        """;

    private static ReportWorkResponse.Types.PoleWork Pole(IGrouping<string, Row> rows)
    {
        var pole = new ReportWorkResponse.Types.PoleWork { Pole = rows.Key };
        pole.States.Add(rows.Select(r => State(r, rows.Key)));
        return pole;
    }

    private static ReportWorkResponse.Types.StateWork State(Row row, string pole)
    {
        var state = Enum.Parse<CaseState>(row.State);
        return new()
        {
            State = state,
            Cases = row.Cases,
            IdleCases = row.IdleCases,
            UrgentCases = row.UrgentCases,
            OverdueAlerts = row.OverdueAlerts,
            OldestTime = row.OldestTime.ToProto(),
            OldestCase = $"cases/{row.OldestCode}",
            NextStep = NextSteps.Of(new Case { State = state, Pole = pole.Length == 0 ? null : pole }),
        };
    }

    private sealed class Row
    {
        public string Pole { get; init; } = "";

        public string State { get; init; } = "";

        public int Cases { get; init; }

        public int IdleCases { get; init; }

        public int UrgentCases { get; init; }

        public int OverdueAlerts { get; init; }

        public DateTimeOffset OldestTime { get; init; }

        public string OldestCode { get; init; } = "";
    }
}
