using Intervision.Scheduling.Ics;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Letters;

/// <summary>How the people of a session are written to: each at one's own mailbox, with one's own invitation.</summary>
internal sealed class Correspondence
{
    /// <summary>Where a pôle has no mailbox, answers can only be given in the application or to a person.</summary>
    public const string NoMailbox = "ne-pas-repondre@intervision.invalid";

    private readonly InvitationUid uid;
    private readonly string pole;
    private readonly string place;
    private readonly string? coordination;
    private readonly IReadOnlyDictionary<string, string> mailboxes;

    private Correspondence(InvitationUid uid, PoleRow? pole, string place, IEnumerable<MailboxRow> mailboxes)
    {
        this.uid = uid;
        this.pole = pole?.DisplayName ?? "";
        this.place = place;
        coordination = MailQueue.IsMailbox(pole?.CoordinatorEmail) ? pole!.CoordinatorEmail : null;
        this.mailboxes = mailboxes.Where(m => MailQueue.IsMailbox(m.Mssante)).ToDictionary(m => m.Name, m => m.Mssante, StringComparer.Ordinal);
    }

    public static async Task<Correspondence> Load(Tx tx, Meeting meeting, IEnumerable<string> people) => new(
        await InvitationUid.Load(tx),
        await tx.SingleOrDefault<PoleRow>("select display_name, coordinator_email from pole where name = @Pole", new { meeting.Pole }),
        (await Places.Of(tx, [meeting])).GetValueOrDefault(meeting.Id, ""),
        await tx.Query<MailboxRow>("select name, mssante from professional where name = any(@people) and mssante <> ''", new { people = people.ToArray() }));

    /// <summary>Null when the directory knows none.</summary>
    public string? MailboxOf(string professional) => mailboxes.GetValueOrDefault(professional);

    /// <summary>Null when no mailbox is known.</summary>
    public Letter? Letter(string professional, News news, Meeting meeting, DateTimeOffset now)
    {
        if (MailboxOf(professional) is not { } mailbox)
        {
            return null;
        }

        var entry = SessionEvent.Of(meeting, pole, place, uid.Of(meeting.Id, professional), now);
        var calendar = news switch
        {
            News.Invited or News.Moved or News.Relocated => entry.Request(coordination ?? NoMailbox, mailbox),
            News.Uninvited or News.Cancelled => entry.Cancel(coordination ?? NoMailbox, mailbox),
            _ => null,
        };
        var words = new LetterWords(pole, place, coordination, meeting);
        return new Letter(mailbox, words.Subject(news), words.Body(news), calendar is null ? null : IcsWriter.Write(calendar));
    }

    private sealed class PoleRow
    {
        public string DisplayName { get; init; } = "";

        public string CoordinatorEmail { get; init; } = "";
    }

    private sealed class MailboxRow
    {
        public string Name { get; init; } = "";

        public string Mssante { get; init; } = "";
    }
}
