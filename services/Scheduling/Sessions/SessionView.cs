using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// A session as its reader may see it: organisers and facilitator everything; an invited person one's own items,
/// invitation and line (who is invited for which case says whose patient is discussed); an auditor no agenda and nobody.
/// </summary>
internal static class SessionView
{
    public static Session For(Meeting meeting, Actor reader)
    {
        var session = Bare(meeting);
        if (reader.SeesAll(meeting))
        {
            session.Warnings.Add(meeting.Warnings);
            session.Warnings.Add(meeting.Declined);
            session.Warnings.Add(SheetGaps.Of(meeting));
            session.Items.Add(meeting.Items.Select(InFull));
            session.Invitations.Add(meeting.Invitations);
            session.Attendance.Add(meeting.Sheet);
            return session;
        }

        if (meeting.Invitations.FirstOrDefault(i => reader.Names.Contains(i.Professional)) is { } mine)
        {
            // An expert is invited to the whole session. Of erased cases nobody knows any more whose they were.
            // An observer is of no item: which ones one may hear is said at the table.
            session.Items.Add(meeting.Items.Where(i => mine.Role != SessionRole.Observer).Where(i => mine.Cases.Count == 0 || (i.Case.Length > 0 && mine.Cases.Contains(i.Case))).Select(ToProto));
            session.Invitations.Add(mine);
            session.Attendance.Add(meeting.Sheet.Where(l => reader.Names.Contains(l.Professional)));
        }

        return session;
    }

    /// <summary>
    /// With what people wrote, for those who see all. Only for answers that are not kept: outcomes of verbs hold no text from
    /// people (DESIGN §7.9).
    /// </summary>
    public static Session WithTexts(Meeting meeting, Actor reader)
    {
        var session = For(meeting, reader);
        if (reader.SeesAll(meeting))
        {
            (session.CancelExplanation, session.ExpertWaiverReason) = (meeting.CancelExplanation, meeting.ExpertWaiverReason);
        }

        return session;
    }

    private static Session Bare(Meeting meeting) => new()
    {
        Name = meeting.Name,
        Pole = meeting.Pole,
        Programme = meeting.Programme,
        State = meeting.State,
        Date = meeting.Date.ToProto(),
        StartTime = meeting.StartTime.ToProto(),
        DurationMinutes = meeting.DurationMinutes,
        StartInstant = meeting.Start.ToProto(),
        EndInstant = meeting.End.ToProto(),
        Host = meeting.Host,
        Room = meeting.Room,
        Facilitator = meeting.Facilitator,
        Expert = meeting.Expert,
        Capacity = meeting.Capacity,
        Sequence = meeting.Sequence,
        CancelReason = meeting.CancelReason,
        AgendaFrozen = meeting.FreezeTime is not null,
        Etag = meeting.Etag,
        PresentedPartners = { meeting.PresentedPartners },
    };

    private static AgendaItem ToProto(Item item) => new()
    {
        Case = item.Case,
        Position = item.Position,
        State = item.State,
        Reason = item.Reason,
        Rank = item.Rank,
        AddedReason = item.AddedReason,
    };

    private static AgendaItem InFull(Item item)
    {
        var full = ToProto(item);
        full.Review = item.Review;
        full.StartTime = item.StartTime?.ToProto();
        full.PatientPresences.Add(item.PatientPresences);
        return full;
    }
}
