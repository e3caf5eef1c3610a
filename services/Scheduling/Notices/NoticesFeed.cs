using System.Xml.Linq;

namespace Intervision.Scheduling.Notices;

/// <summary>The same list as an Atom feed (RFC 4287). Pure.</summary>
internal static class NoticesFeed
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    /// <param name="origin">Scheme and host the reader came by, e.g. https://seances.example.org.</param>
    public static string Of(IReadOnlyList<Notice> notices, string origin, DateTimeOffset now)
    {
        var updated = notices.Count > 0 ? notices.Max(n => n.ChangeTime) : now;
        var feed = new XElement(
            Atom + "feed",
            new XAttribute(XNamespace.Xml + "lang", "fr"),
            new XElement(Atom + "id", $"{origin}{NoticesEndpoint.FeedPath}"),
            new XElement(Atom + "title", "Séances d'intervision à venir"),
            new XElement(Atom + "updated", Instant(updated)),
            new XElement(Atom + "author", new XElement(Atom + "name", "Intervisions en Hauts-de-France")),
            new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("type", "application/atom+xml"), new XAttribute("href", $"{origin}{NoticesEndpoint.FeedPath}")),
            new XElement(Atom + "link", new XAttribute("rel", "alternate"), new XAttribute("type", "text/html"), new XAttribute("href", $"{origin}{NoticesEndpoint.Path}")),
            notices.Select(n => Entry(n, origin)));
        return new XDeclaration("1.0", "utf-8", standalone: null) + "\n" + feed + "\n";
    }

    private static XElement Entry(Notice notice, string origin) => new(
        Atom + "entry",
        new XElement(Atom + "id", $"urn:uuid:{notice.SessionId}"),
        new XElement(Atom + "title", NoticesPage.Title(notice)),
        new XElement(Atom + "updated", Instant(notice.ChangeTime)),
        new XElement(Atom + "link", new XAttribute("rel", "alternate"), new XAttribute("href", $"{origin}{notice.Url}")),
        new XElement(Atom + "category", new XAttribute("term", notice.Programme)),
        new XElement(Atom + "content", new XAttribute("type", "text"), Text(notice)));

    private static string Text(Notice notice) =>
        $"{notice.Programme}. {notice.Place}, {NoticesPage.ModalityOf(notice)}, {notice.DurationMinutes} minutes."
        + (notice.People.Length > 0 ? $" Ont annoncé leur venue : {string.Join(", ", notice.People)}." : "");

    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
