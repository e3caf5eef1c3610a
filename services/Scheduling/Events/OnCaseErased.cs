using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Agendas;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>
/// The code goes, the counts stay (DESIGN §7.10): the case leaves the waiting list and the agenda it is still on, and where
/// a past agenda, an invitation or a line of a sheet named it an empty name stands. An empty list would not do: it invites
/// to the whole session. It is the last word on a case, so nothing brings the code back.
/// </summary>
internal static class OnCaseErased
{
    public static async Task Handle(Tx tx, Received<CaseErased> received)
    {
        var name = received.Event.Case;
        // In the order of every verb on several sessions. Whoever works with one of them has read the code and writes it
        // back before this, or reads the session without it after.
        await tx.Query<Guid>(
            "select id from session where id in (select session_id from agenda_item where case_name = @name) order by date, id for update", new { name });
        await LeaveAgenda.Of(tx, name, "CASE_ERASED", received.Time, evenOpen: true);
        await tx.Execute(
            """
            update invitation set cases = array_replace(cases, @name, '')
            where session_id in (select session_id from agenda_item where case_name = @name) and @name = any (cases);
            update attendance_line set cases = array_replace(cases, @name, '')
            where session_id in (select session_id from agenda_item where case_name = @name) and @name = any (cases);
            update agenda_item set case_name = '' where case_name = @name;
            delete from ready_case where name = @name
            """,
            new { name });
    }
}
