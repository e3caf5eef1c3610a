using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Agendas;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Events;

/// <summary>
/// The case leaves the waiting list and any agenda. One being discussed is stopped when the case has ended, or nobody
/// agrees to it any more: what has ended cannot have been discussed.
/// </summary>
internal static class OnCaseNoLongerReady
{
    public static Task Handle(Tx tx, Received<CaseNoLongerReady> received)
    {
        var reason = received.Event.Reason is { Length: > 0 } said ? said : "CASE_NO_LONGER_READY";
        return LeaveAgenda.Of(tx, received.Event.Case, reason, received.Time, evenOpen: Ends(reason));
    }

    private static bool Ends(string reason) => reason is "ABANDONED" or "DUPLICATE" || reason.StartsWith("CONSENT_", StringComparison.Ordinal);
}
