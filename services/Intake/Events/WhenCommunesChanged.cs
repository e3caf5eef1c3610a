using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>The communes of a département, so that a postal code is not taken for one.</summary>
internal static class WhenCommunesChanged
{
    public static Task Handle(Tx tx, Received<CommunesChanged> received) =>
        tx.Execute(
            """
            delete from commune where departement = @Departement and not (insee_code = any (@codes));
            insert into commune (insee_code, departement) select unnest(@codes), @Departement
            on conflict (insee_code) do update set departement = excluded.departement
            """,
            new { received.Event.Departement, codes = received.Event.InseeCodes.Distinct(StringComparer.Ordinal).ToArray() });
}
