using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Intervision.Dashboard;

/// <summary>
/// A piece of a page. Made from an interpolated string whose holes are all escaped, unless they are pieces themselves:
/// what comes from telemetry, consoles and addresses cannot become markup. Attributes are always quoted (a test looks).
/// </summary>
internal readonly struct Html
{
    public static readonly Html Nothing;
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public bool IsEmpty => string.IsNullOrEmpty(_markup);

    public static Html Of(Markup markup) => new(markup.Finish());

    public static Html Join(IEnumerable<Html> pieces)
    {
        var all = new StringBuilder();
        foreach (var piece in pieces)
        {
            all.Append(piece._markup);
        }
        return new Html(all.ToString());
    }

    public override string ToString() => _markup ?? string.Empty;
}

/// <summary>What the compiler makes of <c>Html.Of($"…")</c>.</summary>
[InterpolatedStringHandler]
internal readonly struct Markup(int literalLength, int formattedCount)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Html piece) => _text.Append(piece.ToString());

    public void AppendFormatted(IEnumerable<Html> pieces)
    {
        foreach (var piece in pieces)
        {
            _text.Append(piece.ToString());
        }
    }

    public void AppendFormatted(string? text) => _text.Append(text is null ? null : Encoder.Encode(text));

    /// <summary>Numbers in the machine's form: for coordinates and attributes. People's numbers come from <see cref="Texts.Words"/>.</summary>
    public void AppendFormatted<T>(T value) where T : struct, IFormattable => AppendFormatted(value.ToString(null, CultureInfo.InvariantCulture));

    public void AppendFormatted<T>(T value, string format) where T : struct, IFormattable =>
        AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    public string Finish() => _text.ToString();
}
