using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>Nobody is tied to a case by a session that will not be held.</summary>
internal static class WhenSessionCancelled
{
    public static Task Handle(Tx tx, Received<SessionCancelled> received) =>
        tx.Execute("delete from session_person where session = @Session", new { received.Event.Session });
}
