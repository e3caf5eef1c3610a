using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>An organisation's kind and, for a CPTS, the territory it may submit for.</summary>
internal static class WhenOrganisationChanged
{
    public static Task Handle(Tx tx, Received<OrganisationChanged> received)
    {
        var organisation = received.Event.Organisation;
        return tx.Execute(
            """
            insert into organisation (name, kind) values (@Name, @Kind) on conflict (name) do update set kind = excluded.kind;
            delete from cpts_commune where organisation = @Name and not (insee_code = any (@communes));
            insert into cpts_commune (organisation, insee_code) select @Name, unnest(@communes) on conflict do nothing
            """,
            new
            {
                organisation.Name,
                organisation.Kind,
                communes = organisation.TerritoryCommunes.Distinct(StringComparer.Ordinal).ToArray(),
            });
    }
}
