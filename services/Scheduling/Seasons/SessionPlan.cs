using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Seasons;

/// <summary>How a date of the calendar becomes a session.</summary>
internal static class SessionPlan
{
    /// <param name="conventionInForce">Whether the host's convention covers the date, as known today.</param>
    public static Meeting Decide(Pole pole, PlannedDate date, bool conventionInForce, DateTimeOffset now)
    {
        var start = Paris.InstantOf(date.Date, pole.StartTime);
        return new Meeting
        {
            Id = Guid.CreateVersion7(now),
            Pole = pole.Name,
            Programme = pole.Programme,
            State = SessionState.Planned,
            Date = date.Date,
            StartTime = pole.StartTime,
            DurationMinutes = pole.DurationMinutes,
            Start = start,
            End = start.AddMinutes(pole.DurationMinutes),
            Modality = pole.Modality,
            Host = pole.Host,
            Capacity = pole.Capacity,
            Warnings = conventionInForce ? date.Warnings : [.. date.Warnings, DateWarnings.NoConvention],
            PlannedDate = date.Date,
            Version = 1,
            ChangeTime = now,
        };
    }

    /// <summary>Stores a new session, books the room, says SessionPlanned.</summary>
    public static async Task Add(Tx tx, Meeting meeting, DateTimeOffset now)
    {
        await MeetingStore.Insert(tx, meeting);
        await Bookings.TakeRoom(tx, meeting);
        await Outbox.Append(tx, meeting.Id, meeting.Name, now, new SessionPlanned
        {
            Session = meeting.Name,
            Pole = meeting.Pole,
            Programme = meeting.Programme,
            Date = meeting.Date.ToProto(),
            StartInstant = meeting.Start.ToProto(),
            EndInstant = meeting.End.ToProto(),
        });
    }
}
