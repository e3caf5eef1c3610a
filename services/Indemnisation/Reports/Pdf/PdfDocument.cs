using System.Globalization;
using System.Text;

namespace Intervision.Indemnisation.Reports.Pdf;

/// <summary>
/// A PDF 1.4 of text and lines in Helvetica, one of the fourteen fonts that every reader has: nothing is embedded, and the same
/// pages give the same bytes (ADR 0035).
/// </summary>
internal static class PdfDocument
{
    private const int Catalogue = 1;
    private const int Pages = 2;
    private const int Information = 5;
    private const int FirstPage = 6;

    public static byte[] Of(string title, IReadOnlyList<PdfPage> pages)
    {
        var objects = new List<string>
        {
            $"<< /Type /Catalog /Pages {Pages} 0 R /Lang (fr-FR) >>",
            $"<< /Type /Pages /Count {pages.Count} /Kids [{string.Join(' ', pages.Select((_, i) => $"{PageNumber(i)} 0 R"))}] >>",
            Font("Helvetica"),
            Font("Helvetica-Bold"),
            $"<< /Title <FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(title))}> >>",
        };
        foreach (var (i, page) in pages.Index())
        {
            objects.Add(
                $"<< /Type /Page /Parent {Pages} 0 R /MediaBox [0 0 {PdfPage.Width} {PdfPage.Height}] "
                + $"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {PageNumber(i) + 1} 0 R >>");
            objects.Add($"<< /Length {page.Content.Length} >>\nstream\n{page.Content}endstream");
        }

        return Written(objects);
    }

    private static int PageNumber(int index) => FirstPage + 2 * index;

    private static string Font(string name) => $"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>";

    /// <summary>Everything is ASCII, so that a character is a byte and the table's offsets are lengths.</summary>
    private static byte[] Written(List<string> objects)
    {
        var text = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        foreach (var (i, body) in objects.Index())
        {
            offsets.Add(text.Length);
            text.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{body}\nendobj\n");
        }

        var table = text.Length;
        text.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        offsets.ForEach(o => text.Append(CultureInfo.InvariantCulture, $"{o:D10} 00000 n \n"));
        text.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root {Catalogue} 0 R /Info {Information} 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
