using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Ics;

/// <summary>How a session stands in a calendar (RFC 5545 §3.8.1.11).</summary>
internal enum EventStatus
{
    /// <summary>Planned, nobody convened.</summary>
    Tentative,

    Confirmed,

    Cancelled,
}

/// <summary>
/// A session in somebody's calendar: when, where, and of which pôle. Calendars are synchronised through strangers' servers
/// and lie open on desks, so there is nothing else in them: no case, no people, no role (DOMAIN §5 C6, §9).
/// </summary>
/// <param name="Uid">The same as long as the session exists, moved or not.</param>
/// <param name="Sequence">Raised by each move, and by another place for those convened; a calendar keeps the highest.</param>
/// <param name="Stamp">When this was said, or for a feed when the session last changed.</param>
/// <param name="Place">LOCATION; none when empty.</param>
internal sealed record SessionEvent(
    string Uid, string Pole, DateTimeOffset Start, DateTimeOffset End, int Sequence, EventStatus Status, DateTimeOffset Stamp, string Place)
{
    public const string Product = "-//Intervision//Seances//FR";
    private const int LongestPole = 80;

    /// <param name="pole">Its name as people say it.</param>
    public static SessionEvent Of(Meeting meeting, string pole, string place, string uid, DateTimeOffset stamp)
    {
        var isCancelled = meeting.State == SessionState.Cancelled;
        var status = isCancelled ? EventStatus.Cancelled
            : meeting.State is SessionState.Planned or SessionState.Prepared ? EventStatus.Tentative
            : EventStatus.Confirmed;
        // Cancelling is a change too (RFC 5546 §2.1.4), and the last one there is.
        return new SessionEvent(uid, pole, meeting.Start, meeting.End, meeting.Sequence + (isCancelled ? 1 : 0), status, stamp, place);
    }

    /// <summary>An invitation, or its update when the session moved (RFC 5546 §3.2.2).</summary>
    /// <param name="organiser">Mailbox that answers go to.</param>
    /// <param name="invited">Mailbox of the one person who is asked.</param>
    public IcsComponent Request(string organiser, string invited) => Calendar(
        "REQUEST",
        Event(
            Organiser(organiser),
            new IcsProperty(
                "ATTENDEE", Mailto(invited),
                new IcsParameter("CUTYPE", "INDIVIDUAL"), new IcsParameter("ROLE", "REQ-PARTICIPANT"),
                new IcsParameter("PARTSTAT", "NEEDS-ACTION"), new IcsParameter("RSVP", "TRUE"))));

    /// <summary>Takes the session out of the person's calendar (RFC 5546 §3.2.5).</summary>
    public IcsComponent Cancel(string organiser, string invited) => Calendar(
        "CANCEL", (this with { Status = EventStatus.Cancelled }).Event(Organiser(organiser), new IcsProperty("ATTENDEE", Mailto(invited))));

    /// <summary>A calendar to subscribe to (RFC 5546 §3.2.1).</summary>
    public static IcsComponent Published(string title, IEnumerable<SessionEvent> events) => new(
        "VCALENDAR",
        [
            .. Head("PUBLISH"),
            IcsProperty.OfText("X-WR-CALNAME", title),
            new IcsProperty("REFRESH-INTERVAL", "PT1H", new IcsParameter("VALUE", "DURATION")),
            new IcsProperty("X-PUBLISHED-TTL", "PT1H"),
        ],
        [IcsTime.TimeZone, .. events.Select(e => e.Event())]);

    /// <summary>« Pôle Lille » → « Intervision – pôle Lille ».</summary>
    public static string SummaryOf(string pole) => $"Intervision – {PoleOf(pole)}";

    /// <summary>« Pôle Lille » → « pôle Lille »; within a line, however long the directory's name is.</summary>
    public static string PoleOf(string pole)
    {
        var name = new string([.. pole.Where(c => !char.IsControl(c)).Take(LongestPole)]).Trim();
        return $"pôle {(name.StartsWith("pôle ", StringComparison.OrdinalIgnoreCase) ? name["pôle ".Length..] : name)}".TrimEnd();
    }

    private static IcsComponent Calendar(string method, IcsComponent one) => new("VCALENDAR", Head(method), IcsTime.TimeZone, one);

    private static IcsProperty[] Head(string method) =>
        [new("PRODID", Product), new("VERSION", "2.0"), new("CALSCALE", "GREGORIAN"), new("METHOD", method)];

    private IcsComponent Event(params IcsProperty[] people) => new(
        "VEVENT",
        [
            new IcsProperty("UID", Uid),
            new IcsProperty("SEQUENCE", $"{Sequence}"),
            new IcsProperty("DTSTAMP", IcsTime.Utc(Stamp)),
            IcsTime.Line("DTSTART", Start),
            IcsTime.Line("DTEND", End),
            IcsProperty.OfText("SUMMARY", SummaryOf(Pole)),
            .. Place.Length > 0 ? [IcsProperty.OfText("LOCATION", Place)] : Array.Empty<IcsProperty>(),
            new IcsProperty("CLASS", "PRIVATE"),
            new IcsProperty("STATUS", Status.Code()),
            new IcsProperty("TRANSP", Status == EventStatus.Cancelled ? "TRANSPARENT" : "OPAQUE"),
            .. people,
        ]);

    private IcsProperty Organiser(string mailbox) => new("ORGANIZER", Mailto(mailbox), new IcsParameter("CN", SummaryOf(Pole)));

    /// <summary>A percent sign is the one character of a mailbox that a mailto: address must not hold as it is.</summary>
    private static string Mailto(string mailbox) => $"mailto:{mailbox.Replace("%", "%25", StringComparison.Ordinal)}";
}
