using Intervision.Membership.History;
using Intervision.Membership.Organisations;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Events;

/// <summary>
/// New partners presented themselves at a session: their memberships are marked. What the directory does not know
/// waits, because a structure that comes to a table is often entered afterwards, with the day it joined; that day then
/// decides (DESIGN §7.19). The first presentation of a membership counts.
/// </summary>
internal static class OnPartnersPresented
{
    public static async Task Handle(Tx tx, Received<PartnersPresented> received)
    {
        var presented = received.Event;
        var organisations = presented.Organisations.Select(o => Names.MustBe(Names.Organisations, o)).ToArray();
        await OrganisationStore.Lock(tx, organisations);
        await Presentations.Wait(
            tx, organisations, Names.MustBe(Names.Programmes, presented.Programme), presented.Session, presented.Date.ToDate()!.Value);
        var changed = await Presentations.Settle(tx, organisations);
        foreach (var organisation in changed)
        {
            await OrganisationStore.Touch(tx, organisation, received.Time);
        }

        var states = await OrganisationStore.States(tx, [.. changed], Paris.DateOf(received.Time));
        await Changes.Tell(tx, new Author("services/scheduling", nameof(PartnersPresented), received.Time), [.. states.Select(Told.Of)]);
    }
}
