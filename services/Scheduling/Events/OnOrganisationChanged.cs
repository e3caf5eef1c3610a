using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>
/// Of an organisation this service needs its latest convention only: the latest event of the stream wins, so a
/// ConventionChanged that this one overtook must not be missed.
/// </summary>
internal static class OnOrganisationChanged
{
    public static Task Handle(Tx tx, Received<OrganisationChanged> received) =>
        received.Event.Organisation is { Convention: { Name.Length: > 0 } convention } organisation
            ? OnConventionChanged.Upsert(tx, organisation.Name, convention)
            : Task.CompletedTask;
}
