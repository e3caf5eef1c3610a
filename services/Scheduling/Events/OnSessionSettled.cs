using Intervision.Indemnisation.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>All lines of the certified sheet are calculated: ATTENDANCE_CERTIFIED → SETTLED (DESIGN §7.28).</summary>
internal static class OnSessionSettled
{
    public static Task Handle(Tx tx, Received<SessionSettled> received) =>
        tx.Execute(
            """
            update session set state = 'SETTLED', version = version + 1, change_time = greatest(change_time, @Time)
            where id = @id and state = 'ATTENDANCE_CERTIFIED'
            """,
            new { received.Time, id = Sessions.Meeting.IdOf(received.Event.Session) ?? Guid.Empty });
}
