using System.Globalization;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Scheduling.Replies;

/// <summary>What a person's calendar answers (RFC 5546 §3.2.3), as far as it says anything to us.</summary>
/// <param name="Mailbox">That was invited, as the calendar says it.</param>
internal sealed record CalendarReply(string Uid, string Mailbox, Answer Answer, int Sequence, DateTimeOffset Stamp)
{
    /// <summary>Reads what Outlook, Google, Apple and their like send: one event, one attendee, and whatever else besides.</summary>
    /// <exception cref="RuleBroken">
    /// INVALID_ARGUMENT: the reasons of <see cref="IcsReader"/>, METHOD_NOT_REPLY, EVENT_MISSING, EVENT_NOT_SINGLE, UID_MISSING,
    /// ATTENDEE_MISSING, ATTENDEE_NOT_SINGLE, PARTSTAT_UNKNOWN, SEQUENCE_INVALID, DTSTAMP_INVALID.
    /// </exception>
    public static CalendarReply Read(ReadOnlySpan<byte> bytes)
    {
        var read = IcsReader.Read(bytes);
        if (read.Calendar is not { } calendar)
        {
            throw Invalid(read.Problem, read.Line == 0 ? "Le fichier d'agenda n'est pas lisible." : $"Le fichier d'agenda n'est pas lisible : ligne {read.Line}.");
        }

        Must(string.Equals(calendar.First("METHOD")?.Value.Trim(), "REPLY", StringComparison.OrdinalIgnoreCase), "METHOD_NOT_REPLY", "Ce n'est pas une réponse à une invitation (METHOD:REPLY).");
        var events = calendar.PartsNamed("VEVENT").ToList();
        Must(events.Count > 0, "EVENT_MISSING", "La réponse ne contient pas d'événement.");
        Must(events.Count == 1, "EVENT_NOT_SINGLE", "La réponse contient plusieurs événements.");
        var (one, attendees) = (events[0], events[0].All("ATTENDEE").ToList());
        Must(one.First("UID") is not null, "UID_MISSING", "La réponse ne dit pas de quelle invitation il s'agit.");
        Must(attendees.Count > 0, "ATTENDEE_MISSING", "La réponse ne dit pas qui répond.");
        Must(attendees.Count == 1, "ATTENDEE_NOT_SINGLE", "La réponse est de plusieurs personnes.");
        return new CalendarReply(
            IcsText.Unescape(one.First("UID")!.Value).Trim(), MailboxOf(attendees[0].Value), AnswerOf(attendees[0].Parameter("PARTSTAT")), SequenceOf(one), StampOf(one));
    }

    /// <summary>« mailto:… » in any case, percent signs undone; anything else is no mailbox of ours and matches none.</summary>
    private static string MailboxOf(string address)
    {
        const string Scheme = "mailto:";
        address = address.Trim();
        return address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(address[Scheme.Length..]).Trim() : "";
    }

    private static Answer AnswerOf(string? partstat) => partstat?.Trim().ToUpperInvariant() switch
    {
        "ACCEPTED" => Answer.Yes,
        "DECLINED" => Answer.No,
        "TENTATIVE" => Answer.Maybe,
        "DELEGATED" => throw Invalid("PARTSTAT_DELEGATED", "Une invitation ne se délègue pas : dites à la coordination qui pourrait venir."),
        _ => throw Invalid("PARTSTAT_UNKNOWN", "La réponse n'est ni oui, ni non, ni peut-être."),
    };

    /// <summary>Absent is 0 (RFC 5545 §3.8.7.4).</summary>
    private static int SequenceOf(IcsComponent one) =>
        one.First("SEQUENCE") is not { } said ? 0
        : int.TryParse(said.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence
        : throw Invalid("SEQUENCE_INVALID", "Le numéro de version (SEQUENCE) n'est pas un nombre.");

    private static DateTimeOffset StampOf(IcsComponent one) =>
        IcsTime.ParseUtc(one.First("DTSTAMP")?.Value.Trim()) ?? throw Invalid("DTSTAMP_INVALID", "L'instant de la réponse (DTSTAMP) manque ou n'est pas en UTC.");

    private static void Must(bool holds, string reason, string french)
    {
        if (!holds)
        {
            throw Invalid(reason, french);
        }
    }

    private static RuleBroken Invalid(string reason, string french) => RuleBroken.Invalid("calendar", reason, french);
}
