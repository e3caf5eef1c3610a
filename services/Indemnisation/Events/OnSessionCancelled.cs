using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.Lines;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>The session will not be held: what was committed is freed.</summary>
public static class OnSessionCancelled
{
    public static async Task Handle(Tx tx, Received<SessionCancelled> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        await CancelSession.Handle(tx, received.Event.Session, received.Time);
        await SessionFacts.Cancelled(tx, received.Event, received.Time);
    }
}
