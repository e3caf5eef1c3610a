using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>Of a programme's rules, what a request must say.</summary>
internal static class WhenProgrammeChanged
{
    public static Task Handle(Tx tx, Received<ProgrammeChanged> received) =>
        tx.Execute(
            """
            insert into programme (name, attending_physician_required) values (@Name, @AttendingPhysicianRequired)
            on conflict (name) do update set attending_physician_required = excluded.attending_physician_required
            """,
            new { received.Event.Programme.Name, received.Event.Programme.AttendingPhysicianRequired });
}
