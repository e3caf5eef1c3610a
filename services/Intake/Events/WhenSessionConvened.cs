using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>Who leads the session and who is its expert: they may read the sheets on its agenda. Said again, it replaces.</summary>
internal static class WhenSessionConvened
{
    public static Task Handle(Tx tx, Received<SessionConvened> received)
    {
        var tied = received.Event.People.Where(p => p.Role is SessionRole.Facilitator or SessionRole.Expert).Distinct().ToList();
        return tx.Execute(
            """
            delete from session_person where session = @Session;
            insert into session_person (session, professional, role)
            select @Session, p.professional, p.role from unnest(@people, @roles) as p (professional, role) on conflict do nothing
            """,
            new
            {
                received.Event.Session,
                people = tied.Select(p => p.Professional).ToArray(),
                roles = tied.Select(p => p.Role.ToString()).ToArray(),
            });
    }
}
