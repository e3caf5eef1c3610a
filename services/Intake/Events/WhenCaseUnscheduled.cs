using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Events;

/// <summary>SCHEDULED → READY, unless another session's agenda already has it; a withdrawn case stays withdrawn.</summary>
internal static class WhenCaseUnscheduled
{
    public static async Task Handle(Tx tx, Received<CaseUnscheduled> received)
    {
        var found = await AgendaItem.Note(tx, received.Event.Case, received.Event.Session, AgendaItem.Unscheduled, received);
        if (found is not null)
        {
            await AgendaItem.Follow(tx, found, Decide(found, await AgendaItem.IsOnAnAgenda(tx, found)), "CaseUnscheduled", received);
        }
    }

    internal static Case Decide(Case before, bool onAnotherAgenda) =>
        before.State == CaseState.Scheduled && !onAnotherAgenda ? before with { State = CaseState.Ready } : before;
}
