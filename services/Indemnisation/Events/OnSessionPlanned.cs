using Intervision.Indemnisation.Funding;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Events;

/// <summary>A session to come: the forecast counts with it.</summary>
public static class OnSessionPlanned
{
    public static Task Handle(Tx tx, Received<SessionPlanned> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        return SessionFacts.Planned(tx, received.Event, received.Time);
    }
}
