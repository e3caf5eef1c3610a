using Intervision.Intake.Consents;
using Intervision.Intake.FollowUp;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Events;

/// <summary>SCHEDULED → DISCUSSED; READY too, when another session's late word had taken it off its agenda here.</summary>
internal static class WhenCaseDiscussed
{
    public static async Task Handle(Tx tx, Received<CaseDiscussed> received)
    {
        var found = await AgendaItem.Note(tx, received.Event.Case, received.Event.Session, AgendaItem.Discussed, received);
        if (found is not null)
        {
            var time = Instants.IsValid(received.Event.DiscussTime) ? received.Event.DiscussTime.ToDateTimeOffset() : received.Time;
            var after = Decide(found, received.Event.Session, time);
            await AgendaItem.Follow(tx, found, after, "CaseDiscussed", received);
            if (after != found)
            {
                await Intervisions.Append(tx, after);
            }
        }
    }

    internal static Case Decide(Case before, string session, DateTimeOffset time) =>
        before.State is CaseState.Scheduled or CaseState.Ready
            ? before with { State = CaseState.Discussed, DiscussedSession = session, DiscussTime = time }
            : before;
}
