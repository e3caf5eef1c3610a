using System.Globalization;
using System.Text;

namespace Intervision.Indemnisation.Reports.Pdf;

/// <summary>One A4 page being written. Positions in points from its top left corner.</summary>
internal sealed class PdfPage
{
    public const double Width = 595;
    public const double Height = 842;

    private readonly StringBuilder content = new();

    /// <summary>The operators of the page: bytes above 127 stand in octal, so it is ASCII.</summary>
    public string Content => content.ToString();

    public void Text(double left, double top, string text, double size = 9, bool bold = false) =>
        content.Append(CultureInfo.InvariantCulture, $"BT /F{(bold ? 2 : 1)} {size:0.##} Tf {left:0.##} {Height - top:0.##} Td ({Escaped(text)}) Tj ET\n");

    /// <summary>Ends at <paramref name="right"/>: columns of figures.</summary>
    public void TextRight(double right, double top, string text, double size = 9, bool bold = false) =>
        Text(right - Helvetica.Width(text, size), top, text, size, bold);

    public void Line(double left, double top, double right) =>
        content.Append(CultureInfo.InvariantCulture, $"0.5 w {left:0.##} {Height - top:0.##} m {right:0.##} {Height - top:0.##} l S\n");

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var b in WinAnsi.Encode(text))
        {
            _ = b switch
            {
                (byte)'(' or (byte)')' or (byte)'\\' => escaped.Append('\\').Append((char)b),
                > 126 => escaped.Append('\\').Append(Convert.ToString(b, 8)),
                _ => escaped.Append((char)b),
            };
        }

        return escaped.ToString();
    }
}
