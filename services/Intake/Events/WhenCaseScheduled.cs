using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Events;

/// <summary>READY → SCHEDULED.</summary>
internal static class WhenCaseScheduled
{
    public static async Task Handle(Tx tx, Received<CaseScheduled> received)
    {
        var found = await AgendaItem.Note(tx, received.Event.Case, received.Event.Session, AgendaItem.Scheduled, received);
        if (found is not null)
        {
            await AgendaItem.Follow(tx, found, Decide(found), "CaseScheduled", received);
        }
    }

    internal static Case Decide(Case before) => before.State == CaseState.Ready ? before with { State = CaseState.Scheduled } : before;
}
