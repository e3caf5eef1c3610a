using System.Globalization;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Letters;

/// <summary>
/// How the people of a session are written to. A letter says when, and of which pôle; never a case, a role or another
/// person (DOMAIN §5 C6).
/// </summary>
internal sealed class Correspondence
{
    /// <summary>Where a pôle has no mailbox, answers can only be given in the application or to a person.</summary>
    public const string NoMailbox = "ne-pas-repondre@intervision.invalid";

    private readonly InvitationUid uid;
    private readonly string pole;
    private readonly string? coordination;
    private readonly IReadOnlyDictionary<string, string> mailboxes;

    private Correspondence(InvitationUid uid, PoleRow? pole, IEnumerable<MailboxRow> mailboxes)
    {
        this.uid = uid;
        this.pole = pole?.DisplayName ?? "";
        coordination = MailQueue.IsMailbox(pole?.CoordinatorEmail) ? pole!.CoordinatorEmail : null;
        this.mailboxes = mailboxes.Where(m => MailQueue.IsMailbox(m.Mssante)).ToDictionary(m => m.Name, m => m.Mssante, StringComparer.Ordinal);
    }

    public static async Task<Correspondence> Load(Tx tx, string pole, IEnumerable<string> people) => new(
        await InvitationUid.Load(tx),
        await tx.SingleOrDefault<PoleRow>("select display_name, coordinator_email from pole where name = @pole", new { pole }),
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

        var entry = SessionEvent.Of(meeting, pole, uid.Of(meeting.Id, professional), now);
        var calendar = news switch
        {
            News.Invited or News.Moved => entry.Request(coordination ?? NoMailbox, mailbox),
            News.Uninvited or News.Cancelled => entry.Cancel(coordination ?? NoMailbox, mailbox),
            _ => null,
        };
        return new Letter(mailbox, Subject(news, meeting), Body(news, meeting), calendar is null ? null : IcsWriter.Write(calendar));
    }

    private string Subject(News news, Meeting meeting)
    {
        var what = news switch
        {
            News.Invited => "Invitation",
            News.Moved => "Déplacée",
            News.Cancelled => "Annulée",
            News.Uninvited => "Votre présence n'est plus attendue",
            _ => "Rappel",
        };
        return $"{what} : {SessionEvent.SummaryOf(pole)}, {Day(meeting)}";
    }

    private string Body(News news, Meeting meeting)
    {
        var session = $"l'intervision du {SessionEvent.PoleOf(pole)}";
        var when = $"le {Day(meeting)} de {Hour(meeting.Start)} à {Hour(meeting.End)} (heure de Paris)";
        var said = news switch
        {
            News.Invited => $"Vous êtes invité(e) à {session}, {when}.\n\n{HowToAnswer}",
            News.Moved => $"La séance de {session} est déplacée : elle a lieu {when}.\n\nVotre réponse précédente ne vaut plus. {HowToAnswer}",
            News.Cancelled => $"La séance de {session}, prévue {when}, est annulée.",
            News.Uninvited => $"Votre présence n'est plus attendue à {session}, {when}.",
            _ => $"Pour mémoire : {session} a lieu {when}.\n\nSi vous ne pouvez pas venir, dites-le dans l'application{(coordination is null ? "" : $" ou à {coordination}")}.",
        };
        return $"Bonjour,\n\n{said}\n\nCe message ne dit rien des situations : elles ne se lisent que dans l'application, par les personnes concernées.\n".ReplaceLineEndings("\r\n");
    }

    private string HowToAnswer => coordination is null
        ? "L'invitation est jointe pour votre agenda. Merci de répondre dans l'application : oui, non ou peut-être, sur place ou en visio."
        : $"L'invitation est jointe : répondez depuis votre agenda, dans l'application (sur place ou en visio), ou à {coordination}.";

    private static string Day(Meeting meeting) => meeting.Date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);

    private static string Hour(DateTimeOffset instant) => Paris.TimeOf(instant).ToString("HH'h'mm", CultureInfo.InvariantCulture);

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
