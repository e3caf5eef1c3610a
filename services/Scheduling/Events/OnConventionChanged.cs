using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Events;

/// <summary>
/// All conventions of an organisation, as they now are; of the organisation itself this service needs nothing. Kept are
/// the days on which one is in force: a draft has none, nor has one that was given up before it began.
/// </summary>
internal static class OnConventionChanged
{
    public static async Task Handle(Tx tx, Received<ConventionChanged> received)
    {
        await tx.Execute("delete from convention where organisation = @Organisation", new { received.Event.Organisation });
        foreach (var convention in received.Event.Conventions)
        {
            if (InForce(convention) is var (first, last))
            {
                await Upsert(tx, received.Event.Organisation, convention.Name, first, last);
            }
        }
    }

    /// <summary>First and last day, inclusive; null when it never is in force. Events of before say no start_date: it was the day of signature.</summary>
    internal static (DateOnly First, DateOnly Last)? InForce(Convention convention) => convention.State switch
    {
        Convention.Types.State.Signed or Convention.Types.State.Expired => Days(convention, convention.EndDate),
        Convention.Types.State.Terminated => Days(convention, convention.TerminateDate),
        // Before, a convention was called a draft until the day of its signature, which it carried.
        Convention.Types.State.Draft when convention.StartDate is null => Days(convention, convention.EndDate),
        _ => null,
    };

    private static (DateOnly First, DateOnly Last)? Days(Convention convention, Google.Type.Date? last) =>
        (convention.StartDate ?? convention.SignedDate).ToDate() is { } from && last.ToDate() is { } to && from <= to ? (from, to) : null;

    private static Task Upsert(Tx tx, string organisation, string name, DateOnly first, DateOnly last) =>
        tx.Execute(
            """
            insert into convention (name, organisation, first_date, last_date) values (@name, @organisation, @first, @last)
            on conflict (name) do update set organisation = excluded.organisation, first_date = excluded.first_date, last_date = excluded.last_date
            """,
            new { name, organisation, first, last });
}
