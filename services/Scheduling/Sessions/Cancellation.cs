using Google.Protobuf;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Sessions;

/// <summary>A session that will not be held, for whatever reason.</summary>
internal static class Cancellation
{
    /// <param name="explanation">For those who organise; no event carries it.</param>
    public static Decided Of(Meeting meeting, string reason, string explanation = "")
    {
        var after = meeting with { State = SessionState.Cancelled, CancelReason = reason, CancelExplanation = explanation };
        var said = new List<IMessage>();
        foreach (var item in meeting.Ahead)
        {
            after = after.Without(item, "SESSION_CANCELLED");
            said.Add(new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = "SESSION_CANCELLED" });
        }

        return new Decided(after, [.. said, new SessionCancelled { Session = meeting.Name, Reason = reason }]);
    }

    /// <summary>Its room and people are free again, and its cases wait again.</summary>
    public static async Task Free(Tx tx, Meeting before)
    {
        await Bookings.Free(tx, before);
        await WaitingList.Return(tx, before.Ahead.Select(i => i.Case));
    }
}
