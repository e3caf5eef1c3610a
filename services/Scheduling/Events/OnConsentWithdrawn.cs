using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Agendas;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>The case leaves every agenda at once, an item being discussed included (DESIGN §7.12, §7.14).</summary>
internal static class OnConsentWithdrawn
{
    public static Task Handle(Tx tx, Received<ConsentWithdrawn> received) =>
        LeaveAgenda.Of(tx, received.Event.Case, "CONSENT_WITHDRAWN", received.Time, evenOpen: true);
}
