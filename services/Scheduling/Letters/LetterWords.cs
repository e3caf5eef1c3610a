using System.Globalization;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.Sessions;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Letters;

/// <summary>
/// What a letter says, in French: when, where, and of which pôle; never a case, a role or another person (DOMAIN §5 C6).
/// Pure.
/// </summary>
/// <param name="Coordination">Mailbox of the pôle; null when it has none.</param>
internal sealed record LetterWords(string Pole, string Place, string? Coordination, Meeting Meeting)
{
    private string Session => $"l'intervision du {SessionEvent.PoleOf(Pole)}";

    private string When => $"le {Day} de {Hour(Meeting.Start)} à {Hour(Meeting.End)} (heure de Paris)";

    private string Day => Meeting.Date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);

    /// <summary>A paragraph, or nothing while no place is known.</summary>
    private string Where => Place.Length == 0 ? ""
        : $"\n\nLieu : {Place}.{(VideoLinks.Has(Meeting) ? " Le lien de visioconférence se lit dans l'application." : "")}";

    private string HowToAnswer => Coordination is null
        ? "L'invitation est jointe pour votre agenda. Merci de répondre dans l'application : oui, non ou peut-être, sur place ou en visio."
        : $"L'invitation est jointe : répondez depuis votre agenda, dans l'application (sur place ou en visio), ou à {Coordination}.";

    private string HowToDecline => $"Si vous ne pouvez pas venir, dites-le dans l'application{(Coordination is null ? "" : $" ou à {Coordination}")}.";

    public string Subject(News news)
    {
        var what = news switch
        {
            News.Invited => "Invitation",
            News.Moved or News.RegistrationMoved => "Déplacée",
            News.Relocated or News.RegistrationRelocated => "Changement de lieu",
            News.Cancelled or News.RegistrationCancelled => "Annulée",
            News.Uninvited => "Votre présence n'est plus attendue",
            News.Seated => "Une place pour vous",
            _ => "Rappel",
        };
        return $"{what} : {SessionEvent.SummaryOf(Pole)}, {Day}";
    }

    public string Body(News news) =>
        $"Bonjour,\n\n{Said(news)}\n\nCe message ne dit rien des situations : elles ne se lisent que dans l'application, par les personnes concernées.\n".ReplaceLineEndings("\r\n");

    private string Said(News news) => news switch
    {
        News.Invited => $"Vous êtes invité(e) à {Session}, {When}.{Where}\n\n{HowToAnswer}",
        News.Moved => $"La séance de {Session} est déplacée : elle a lieu {When}.{Where}\n\nVotre réponse précédente ne vaut plus. {HowToAnswer}",
        News.Relocated => $"Le lieu de {Session} change ; elle a lieu {When}.{Where}\n\nVotre réponse précédente ne vaut plus. {HowToAnswer}",
        News.Cancelled or News.RegistrationCancelled => $"La séance de {Session}, prévue {When}, est annulée.",
        News.Uninvited => $"Votre présence n'est plus attendue à {Session}, {When}.",
        News.Seated => $"Une place s'est libérée : vous êtes inscrit(e) à {Session}, {When}.{Where}\n\nL'invitation pour votre agenda suivra. {HowToDecline}",
        News.RegistrationMoved => $"La séance de {Session} est déplacée : elle a lieu {When}.{Where}\n\nVotre inscription est maintenue. {HowToDecline}",
        News.RegistrationRelocated => $"Le lieu de {Session} change ; elle a lieu {When}.{Where}\n\nVotre inscription est maintenue. {HowToDecline}",
        _ => $"Pour mémoire : {Session} a lieu {When}.{Where}\n\n{HowToDecline}",
    };

    private static string Hour(DateTimeOffset instant) => Paris.TimeOf(instant).ToString("HH'h'mm", CultureInfo.InvariantCulture);
}
