using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Intervision.Intake.V1;
using Hit = Intervision.Intake.V1.SearchLibraryResponse.Types.Hit;
using Piece = Intervision.Intake.V1.SearchLibraryResponse.Types.Piece;

namespace Intervision.Intake.Library;

/// <summary>
/// The library as HTML pages that need nothing else: no script, no image, no font, no cookie. Whatever was written or
/// searched for is escaped. Pure.
/// </summary>
internal static class LibraryPage
{
    private const string Style =
        "body{font-family:sans-serif;line-height:1.5;max-width:50rem;margin:0 auto;padding:1rem;color:#111;background:#fff}"
        + "label{display:inline-block;margin:0 1rem .5rem 0}input[type=search]{width:100%;max-width:30rem}"
        + "article{border-top:1px solid #767676;padding:.5rem 0}h2{font-size:1.1rem;margin:.3rem 0}.about{color:#444;margin:.2rem 0}"
        + "p{white-space:pre-line}mark{background:#ffe08a}a{color:#003c8f}";

    private const string Heading = "Bibliothèque des situations d'intervision";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Nothing may be loaded or run; the form goes back to the page itself.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static string Found(SearchLibraryRequest asked, SearchLibraryResponse answer, LibraryChoices choices)
    {
        var body = new StringBuilder();
        body.Append("<h1>").Append(Heading).Append("</h1>\n<p>Situations anonymes, réécrites et relues, avec l'orientation proposée par les partenaires.</p>\n");
        AppendForm(body, asked, choices);
        if (answer.Hits.Count == 0)
        {
            body.Append("<p>Aucune situation ne correspond.</p>\n");
        }

        foreach (var hit in answer.Hits)
        {
            AppendHit(body, hit);
        }

        if (answer.NextPageToken.Length > 0)
        {
            body.Append("<p><a rel=\"next\" href=\"").Append(Html.Encode(Next(asked, answer.NextPageToken))).Append("\">Situations suivantes</a></p>\n");
        }

        return Frame(Heading, body.ToString());
    }

    public static string Whole(LibraryCase of)
    {
        var body = new StringBuilder();
        body.Append("<h1>").Append(Html.Encode(of.Title)).Append("</h1>\n<p class=\"about\">").Append(About(of.Class, of.Quarter)).Append("</p>\n");
        foreach (var (heading, text) in new[] { ("Situation", of.Situation), ("Question posée", of.Question), ("Orientation proposée par les partenaires", of.Orientation) })
        {
            body.Append("<h2>").Append(heading).Append("</h2>\n<p>").Append(Html.Encode(text)).Append("</p>\n");
        }

        AppendOrientations(body, of.Orientations);
        body.Append("<p><a href=\"").Append(LibraryEndpoint.Path).Append("\">Retour à la bibliothèque</a></p>\n");
        return Frame(of.Title, body.ToString());
    }

    public static string Sorry(string french) => Frame(
        Heading, $"<h1>{Heading}</h1>\n<p>{Html.Encode(french)}</p>\n<p><a href=\"{LibraryEndpoint.Path}\">Retour à la bibliothèque</a></p>\n");

    private static void AppendForm(StringBuilder body, SearchLibraryRequest asked, LibraryChoices choices)
    {
        body.Append("<form method=\"get\" action=\"").Append(LibraryEndpoint.Path).Append("\" role=\"search\">\n<p><label>Rechercher <input type=\"search\" name=\"q\" maxlength=\"")
            .Append(SearchLibrary.MaximumQuery).Append("\" value=\"").Append(Html.Encode(asked.Query)).Append("\"></label></p>\n<p>");
        AppendChoice(body, "Motif", "motif", asked.Motive, choices.Motives, LibraryLabels.Of);
        AppendChoice(body, "Produit", "produit", asked.Product, choices.Products, LibraryLabels.Of);
        AppendChoice(body, "Âge", "age", asked.AgeBand, choices.AgeBands, LibraryLabels.AgeBand);
        AppendChoice(body, "Territoire", "territoire", asked.Area, choices.Areas, LibraryLabels.Of);
        AppendChoice(body, "Orientation", "orientation", asked.Orientation, choices.Orientations, LibraryLabels.Of);
        AppendChoice(body, "Trimestre", "trimestre", asked.Quarter, [.. choices.Quarters.Select(Quarters.Text)], LibraryLabels.Quarter);
        body.Append("</p>\n<p><button>Rechercher</button></p>\n</form>\n");
    }

    private static void AppendChoice(StringBuilder body, string label, string name, string chosen, string[] codes, Func<string, string> french)
    {
        body.Append("<label>").Append(label).Append(" <select name=\"").Append(name).Append("\"><option value=\"\">tous</option>");
        foreach (var code in codes)
        {
            body.Append("<option value=\"").Append(Html.Encode(code)).Append(code == chosen ? "\" selected>" : "\">").Append(Html.Encode(french(code))).Append("</option>");
        }

        body.Append("</select></label>\n");
    }

    private static void AppendHit(StringBuilder body, Hit hit)
    {
        var id = hit.Name[(hit.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        body.Append("<article>\n<h2><a href=\"").Append(LibraryEndpoint.Path).Append('/').Append(Html.Encode(id)).Append("\">");
        AppendPieces(body, hit.Title);
        body.Append("</a></h2>\n<p class=\"about\">").Append(About(hit.Class, hit.Quarter)).Append("</p>\n<p>");
        AppendPieces(body, hit.Snippet);
        body.Append("</p>\n");
        AppendOrientations(body, hit.Orientations);
        body.Append("</article>\n");
    }

    private static void AppendPieces(StringBuilder body, IEnumerable<Piece> pieces)
    {
        foreach (var piece in pieces)
        {
            body.Append(piece.Found ? "<mark>" : "").Append(Html.Encode(piece.Text)).Append(piece.Found ? "</mark>" : "");
        }
    }

    private static void AppendOrientations(StringBuilder body, IReadOnlyCollection<string> orientations)
    {
        if (orientations.Count > 0)
        {
            body.Append("<p class=\"about\">").Append(Html.Encode(string.Join(" · ", orientations.Select(LibraryLabels.Of)))).Append("</p>\n");
        }
    }

    private static string About(LibraryClass of, string quarter) => Html.Encode($"{LibraryLabels.Class(of)} — publiée au {LibraryLabels.Quarter(quarter)}");

    private static string Next(SearchLibraryRequest asked, string token)
    {
        var parameters = new[]
        {
            ("q", asked.Query), ("motif", asked.Motive), ("produit", asked.Product), ("age", asked.AgeBand), ("territoire", asked.Area),
            ("orientation", asked.Orientation), ("trimestre", asked.Quarter), ("page", token),
        };
        return $"{LibraryEndpoint.Path}?{string.Join('&', parameters.Where(p => p.Item2.Length > 0).Select(p => $"{p.Item1}={Uri.EscapeDataString(p.Item2)}"))}";
    }

    private static string Frame(string title, string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="fr">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Html.Encode(title)}</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        {body}</main>
        </body>
        </html>

        """;
}
