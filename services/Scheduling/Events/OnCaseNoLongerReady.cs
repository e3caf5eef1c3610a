using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Agendas;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>The case leaves the waiting list, and an agenda not yet opened. One being discussed is stopped by ConsentWithdrawn only.</summary>
internal static class OnCaseNoLongerReady
{
    public static Task Handle(Tx tx, Received<CaseNoLongerReady> received) =>
        LeaveAgenda.Of(tx, received.Event.Case, received.Event.Reason is { Length: > 0 } reason ? reason : "CASE_NO_LONGER_READY", received.Time, evenOpen: false);
}
