using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Events;

/// <summary>
/// A case enters the waiting list, or the people of a waiting or scheduled one change (DESIGN §7.28): those convened for it
/// follow. A pôle this service has not heard of is no obstacle here: the case waits and says why (§7.19).
/// </summary>
internal static class OnCaseReady
{
    public static async Task Handle(Tx tx, Received<CaseReady> received)
    {
        var meeting = await LeaveAgenda.LockAgendaOf(tx, received.Event.Case, () => Upsert(tx, received));
        if (meeting is { State: SessionState.Convened })
        {
            await Substitution.Follow(tx, meeting, received.Time);
        }
    }

    private static async Task Upsert(Tx tx, Received<CaseReady> received)
    {
        var ready = received.Event;
        // Two statements: the second sees on which agenda whoever held the lock has put the case.
        await tx.Execute("select from ready_case where name = @Case for update", new { ready.Case });
        await tx.Execute(
            """
            insert into ready_case as c
              (name, programme, pole, requester, attending_physician, actors, availabilities, submit_time, ready_time, urgent, waiting, physician_absence)
            values (@Case, @Programme, @Pole, @Requester, @AttendingPhysician, @actors, @availabilities, @submitTime, @Time, @Urgent, true, @absence)
            on conflict (name) do update set
              programme = excluded.programme, pole = excluded.pole, requester = excluded.requester,
              attending_physician = excluded.attending_physician, actors = excluded.actors, availabilities = excluded.availabilities,
              submit_time = excluded.submit_time, urgent = excluded.urgent,
              -- What people recorded here stands until Intake says it too, or names somebody.
              physician_absence = case when excluded.attending_physician <> '' then ''
                                       when excluded.physician_absence <> '' then excluded.physician_absence else c.physician_absence end,
              ready_time = case when c.waiting then c.ready_time else excluded.ready_time end,
              -- Not while on an open agenda, nor when the table has discussed it since this was said.
              waiting = not exists (select from agenda_item i where i.case_name = c.name
                                    and (i.state in ('SCHEDULED', 'OPEN') or i.discuss_time >= @Time))
            """,
            new
            {
                ready.Case,
                ready.Programme,
                ready.Pole,
                ready.Requester,
                ready.AttendingPhysician,
                actors = ready.Actors.ToArray(),
                availabilities = ready.Availabilities.Select(a => $"{a.Date.ToDate():yyyy-MM-dd}/{a.HalfDay.Code()}").ToArray(),
                submitTime = ready.SubmitTime?.ToDateTimeOffset() ?? received.Time,
                received.Time,
                absence = ready.AttendingPhysician.Length > 0 || ready.AttendingPhysicianAbsence == AttendingPhysicianAbsence.Unspecified
                    ? ""
                    : ready.AttendingPhysicianAbsence.Code(),
                ready.Urgent,
            });
    }
}
