using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>Another date, time or place for a session that keeps its id; by hand or by a replanning.</summary>
internal static class Moves
{
    private const int PreparatoryDays = 7;

    /// <param name="to">As it shall stand: date, wall time, length, place; its instants are computed here.</param>
    /// <param name="warnings">What the new date is not good for.</param>
    public static Decided Decide(Meeting before, Meeting to, IEnumerable<string> warnings)
    {
        var start = Paris.InstantOf(to.Date, to.StartTime);
        var prepared = before.PreparatoryDate is { } day && day >= to.Date.AddDays(-PreparatoryDays) && day < to.Date;
        var lost = before.PreparatoryDate is not null && !prepared;
        var after = to with
        {
            Start = start,
            End = start.AddMinutes(to.DurationMinutes),
            Sequence = before.Sequence + 1,
            // The preparatory meeting is held in the week before (S4): one held too early must be held again.
            PreparatoryDate = prepared ? before.PreparatoryDate : null,
            State = lost && before.State == SessionState.Prepared ? SessionState.Planned : before.State,
            Warnings = DateWarnings.Renewed(before.Warnings, lost ? [.. warnings, DateWarnings.PreparatoryMeetingTooFar] : warnings),
        };
        return new Decided(after, new SessionMoved
        {
            Session = after.Name,
            Date = after.Date.ToProto(),
            StartInstant = after.Start.ToProto(),
            EndInstant = after.End.ToProto(),
            Sequence = after.Sequence,
        });
    }

    /// <summary>Takes room and people for the new time, when they are free then.</summary>
    /// <exception cref="ServiceDefaults.Grpc.RuleBroken">DOUBLE_BOOKING_ROOM, _FACILITATOR, _EXPERT.</exception>
    public static async Task Rebook(Tx tx, Meeting after)
    {
        await Bookings.Free(tx, after);
        await Bookings.TakeRoom(tx, after);
        await Bookings.TakePeople(tx, after);
    }
}
