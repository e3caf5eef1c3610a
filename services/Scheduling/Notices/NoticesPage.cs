using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Intervision.Scheduling.Notices;

/// <summary>
/// The sessions to come as one HTML page that needs nothing else: no script, no image, no font, no cookie. Whatever people
/// have written is escaped. Pure.
/// </summary>
internal static class NoticesPage
{
    private const string Style =
        "body{font-family:sans-serif;line-height:1.5;max-width:70rem;margin:0 auto;padding:1rem;color:#111;background:#fff}"
        + "article{border-top:1px solid #767676;padding:.5rem 0}h2{margin:.5rem 0;font-size:1.2rem}dt{font-weight:bold}dd{margin:0 0 .4rem}a{color:#003c8f}";

    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Nothing may be loaded or run; the one style allowed is the one written here.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Of(IReadOnlyList<Notice> notices, bool isCut)
    {
        var body = new StringBuilder();
        if (notices.Count == 0)
        {
            body.Append("<p>Aucune séance n'est annoncée pour le moment.</p>\n");
        }

        foreach (var notice in notices)
        {
            Append(body, notice);
        }

        if (isCut)
        {
            body.Append("<p>Seules les ").Append(notices.Count).Append(" premières séances sont affichées.</p>\n");
        }

        return Frame(body.ToString());
    }

    public static string Unavailable() => Frame("<p>La liste est momentanément indisponible : réessayez dans un instant.</p>\n");

    /// <summary>E.g. « mardi 1 septembre 2026 à 12 h 15 – Pôle Lille ».</summary>
    public static string Title(Notice notice) =>
        $"{notice.Date.ToString("dddd d MMMM yyyy", French)} à {notice.StartTime.ToString("H' h 'mm", French)}{(notice.Pole.Length > 0 ? $" – {notice.Pole}" : "")}{(notice.Cancelled ? " (annulée)" : "")}";

    public static string ModalityOf(Notice notice) => Codes.Parse<Membership.V1.Modality>(notice.Modality) switch
    {
        Membership.V1.Modality.Hybrid => "en présence ou en visioconférence",
        Membership.V1.Modality.Video => "en visioconférence",
        _ => "en présence",
    };

    private static void Append(StringBuilder body, Notice notice)
    {
        body.Append("<article id=\"s-").Append(notice.SessionId).Append("\">\n<h2>").Append(Html.Encode(Title(notice))).Append("</h2>\n<dl>\n");
        Row("Programme", notice.Programme + (notice.OpenToMembers ? " (ouvert aux membres, sur inscription)" : ""));
        Row("Lieu", notice.Place);
        Row("Modalité", $"{ModalityOf(notice)}, {notice.DurationMinutes} minutes");
        if (notice.People.Length > 0)
        {
            Row("Ont annoncé leur venue", string.Join(", ", notice.People));
        }

        body.Append("</dl>\n</article>\n");

        void Row(string term, string text) => body.Append("<dt>").Append(term).Append("</dt><dd>").Append(Html.Encode(text)).Append("</dd>\n");
    }

    private static string Frame(string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="fr">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Séances d'intervision à venir</title>
        <link rel="alternate" type="application/atom+xml" title="Séances d'intervision à venir" href="{NoticesEndpoint.FeedPath}">
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <h1>Séances d'intervision à venir</h1>
        <p>Les personnes nommées ont accepté de l'être. Aucune situation n'est annoncée. <a href="{NoticesEndpoint.FeedPath}">S'abonner</a></p>
        {body}</main>
        </body>
        </html>

        """;
}
