using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>Of a structure this service needs its name, for the place of its sessions.</summary>
internal static class OnOrganisationChanged
{
    public static Task Handle(Tx tx, Received<OrganisationChanged> received) =>
        tx.Execute(
            """
            insert into organisation (name, display_name) values (@Name, @DisplayName)
            on conflict (name) do update set display_name = excluded.display_name
            """,
            new { received.Event.Organisation.Name, received.Event.Organisation.DisplayName });
}
