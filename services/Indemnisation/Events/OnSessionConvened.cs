using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>People were invited: amounts are committed.</summary>
public static class OnSessionConvened
{
    public static async Task Handle(Tx tx, Received<SessionConvened> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        await CommitSession.Handle(tx, received.Event, received.Time);
        await SessionFacts.Convened(tx, received.Event, received.Time);
    }
}
