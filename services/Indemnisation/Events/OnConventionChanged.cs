using Intervision.Indemnisation.Directory;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Events;

/// <summary>On which days the conventions of an organisation are in force: its salaried experts are indemnified by one only.</summary>
public static class OnConventionChanged
{
    public static async Task Handle(Tx tx, Received<ConventionChanged> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        await References.Change(tx);
        await DirectoryStore.PutConventions(
            tx, received.Event.Organisation,
            [.. received.Event.Conventions.Select(InForce).OfType<(string, DateOnly, DateOnly)>()]);
    }

    /// <summary>First and last day, inclusive; null for a draft and for one that never comes into force.</summary>
    private static (string Name, DateOnly First, DateOnly Last)? InForce(Convention convention)
    {
        var last = convention.State switch
        {
            Convention.Types.State.Signed or Convention.Types.State.Expired => convention.EndDate.ToDate(),
            Convention.Types.State.Terminated => convention.TerminateDate.ToDate(),
            _ => null,
        };
        return (convention.StartDate ?? convention.SignedDate).ToDate() is { } first && last >= first ? (convention.Name, first, last.Value) : null;
    }
}
