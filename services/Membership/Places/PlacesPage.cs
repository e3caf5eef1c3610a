using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Intervision.Membership.V1;

namespace Intervision.Membership.Places;

/// <summary>
/// The public list as one HTML page that needs nothing else: no script, no image, no font, no cookie. Whatever comes
/// from the directory is escaped. Pure.
/// </summary>
internal static class PlacesPage
{
    private const string Style =
        "body{font-family:sans-serif;line-height:1.5;max-width:70rem;margin:0 auto;padding:1rem;color:#111;background:#fff}"
        + "table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.5rem 0}"
        + "th,td{border:1px solid #767676;padding:.4rem .6rem;text-align:left;vertical-align:top}a{color:#003c8f}";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Nothing may be loaded or run; the one style allowed is the one written here.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="places">By département.</param>
    /// <param name="isCut">Whether there are more than these.</param>
    public static string Of(IReadOnlyList<Place> places, bool isCut)
    {
        var body = new StringBuilder();
        body.Append("<p>Les intervisions réunissent des professionnels du soin et de l'accompagnement autour de situations complexes. ")
            .Append("Pour participer ou proposer une situation, écrivez à la coordination du pôle.</p>\n");
        if (places.Count == 0)
        {
            body.Append("<p>Aucun lieu n'est ouvert pour le moment.</p>\n");
        }

        foreach (var departement in places.GroupBy(p => p.Departement, StringComparer.Ordinal))
        {
            AppendTable(body, departement.Key, departement);
        }

        if (isCut)
        {
            body.Append("<p>Seuls les ").Append(places.Count).Append(" premiers lieux sont affichés.</p>\n");
        }

        return Frame(body.ToString());
    }

    public static string Unavailable() => Frame("<p>La liste est momentanément indisponible : réessayez dans un instant.</p>\n");

    private static string Frame(string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="fr">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Lieux d'intervision en Hauts-de-France</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <h1>Lieux d'intervision en Hauts-de-France</h1>
        {body}</main>
        </body>
        </html>

        """;

    private static void AppendTable(StringBuilder body, string departement, IEnumerable<Place> places)
    {
        body.Append("<table>\n<caption><h2>").Append(Html.Encode(NameOf(departement))).Append("</h2></caption>\n<thead><tr>");
        foreach (var column in (string[])["Pôle", "Programme", "Lieu", "Modalité", "Rythme", "Contact"])
        {
            body.Append("<th scope=\"col\">").Append(column).Append("</th>");
        }

        body.Append("</tr></thead>\n<tbody>\n");
        foreach (var place in places)
        {
            body.Append("<tr><th scope=\"row\">").Append(Html.Encode(place.DisplayName)).Append("</th><td>")
                .AppendJoin("</td><td>", Html.Encode(place.ProgrammeDisplayName), Html.Encode(Where(place)), ModalityOf(place), Html.Encode(place.RhythmDescription), Contact(place))
                .Append("</td></tr>\n");
        }

        body.Append("</tbody>\n</table>\n");
    }

    private static string Where(Place place) =>
        place.HostDisplayName.Length == 0 ? place.CommuneDisplayName : $"{place.HostDisplayName}, {place.CommuneDisplayName}";

    private static string ModalityOf(Place place) => place.Modality switch
    {
        Modality.InPerson => "en présence",
        Modality.Hybrid => "en présence ou en visioconférence",
        Modality.Video => "en visioconférence",
        _ => "",
    };

    private static string Contact(Place place)
    {
        var at = place.CoordinatorEmail.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            return "non communiqué";
        }

        // What an address may hold before its @ has a meaning in a URI.
        var address = Uri.EscapeDataString(place.CoordinatorEmail[..at]) + place.CoordinatorEmail[at..];
        return $"<a href=\"mailto:{Html.Encode(address)}\">{Html.Encode(place.CoordinatorEmail)}</a>";
    }

    private static string NameOf(string departement) => departement switch
    {
        "02" => "Aisne (02)",
        "59" => "Nord (59)",
        "60" => "Oise (60)",
        "62" => "Pas-de-Calais (62)",
        "80" => "Somme (80)",
        _ => $"Département {departement}",
    };
}
