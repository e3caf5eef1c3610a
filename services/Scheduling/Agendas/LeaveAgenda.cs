using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Persistence;
using AgendaItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Agendas;

/// <summary>Takes a case that Intake no longer gives off the waiting list and off the agenda it is on.</summary>
internal static class LeaveAgenda
{
    /// <param name="evenOpen">Whether an item being discussed is stopped too.</param>
    public static async Task Of(Tx tx, string caseName, string reason, DateTimeOffset time, bool evenOpen)
    {
        var meeting = await LockAgendaOf(tx, caseName, () => WaitingList.Take(tx, [caseName]));
        if (meeting is not null && Decide(meeting, caseName, reason, evenOpen, time) is { } decided)
        {
            await MeetingStore.Save(tx, time, meeting, decided);
        }
    }

    /// <summary>The session on whose agenda the case is ahead, locked; null when there is none.</summary>
    /// <param name="lockCase">Writes, and so locks, the case's own row.</param>
    /// <remarks>
    /// Sessions are locked before cases everywhere. A placing may still come between the read and the lock: after the case's
    /// row is locked none can, so the second look is final (and a deadlock, if that rare order meets another, is tried again
    /// by the consumer).
    /// </remarks>
    public static async Task<Meeting?> LockAgendaOf(Tx tx, string caseName, Func<Task> lockCase)
    {
        var on = await AgendaOf(tx, caseName);
        var meeting = on is { } first ? await MeetingStore.Lock(tx, first) : null;
        await lockCase();
        on = await AgendaOf(tx, caseName);
        return on is { } now && now != meeting?.Id ? await MeetingStore.Lock(tx, now) : meeting;
    }

    /// <summary>
    /// An agreement that ends leaves the agendas to come (DOMAIN §4 c). What a table spoke of the day before, while it held,
    /// stays to be entered: Intake is asked as of the session's start then.
    /// </summary>
    internal static Decided? Decide(Meeting meeting, string caseName, string reason, bool evenOpen, DateTimeOffset time) =>
        !(IsOfConsent(reason) && ConsentCheck.IsEnteredAfterwards(meeting, time))
        && meeting.Ahead.FirstOrDefault(i => i.Case == caseName && (evenOpen || i.State == AgendaItemState.Scheduled)) is { } item
            ? new Decided(meeting.Without(item, reason), new CaseUnscheduled { Session = meeting.Name, Case = caseName, Reason = reason })
            : null;

    private static bool IsOfConsent(string reason) => reason.StartsWith("CONSENT_", StringComparison.Ordinal);

    private static Task<Guid?> AgendaOf(Tx tx, string caseName) =>
        tx.SingleOrDefault<Guid?>("select session_id from agenda_item where case_name = @caseName and state in ('SCHEDULED', 'OPEN')", new { caseName });
}
