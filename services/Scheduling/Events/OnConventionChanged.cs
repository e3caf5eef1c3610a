using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Events;

/// <summary>All conventions of an organisation, as they now are; of the organisation itself this service needs nothing.</summary>
internal static class OnConventionChanged
{
    public static async Task Handle(Tx tx, Received<ConventionChanged> received)
    {
        await tx.Execute("delete from convention where organisation = @Organisation", new { received.Event.Organisation });
        foreach (var convention in received.Event.Conventions)
        {
            await Upsert(tx, received.Event.Organisation, convention);
        }
    }

    private static Task Upsert(Tx tx, string organisation, Convention convention) =>
        tx.Execute(
            """
            insert into convention (name, organisation, signed_date, end_date, state) values (@Name, @organisation, @signed, @end, @state)
            on conflict (name) do update set
              organisation = excluded.organisation, signed_date = excluded.signed_date, end_date = excluded.end_date, state = excluded.state
            """,
            new { convention.Name, organisation, signed = convention.SignedDate.ToDate(), end = convention.EndDate.ToDate(), state = convention.State.Code() });
}
