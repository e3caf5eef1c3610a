using System.Globalization;

namespace Intervision.Indemnisation.Reports.Files;

/// <summary>
/// Lines of CSV as French spreadsheets open them: semicolons, decimal commas, <c>31/12/2026</c>. Text that would be taken for a
/// formula is preceded by an apostrophe; amounts and counts stay numbers.
/// </summary>
internal static class FrenchCsv
{
    /// <summary>Without it French Excel reads UTF-8 as Windows-1252.</summary>
    public const string ByteOrderMark = "\ufeff";

    /// <summary>What may stand before the sign that begins a formula.</summary>
    private const string Blanks = " \u00a0\u202f\ufeff";

    /// <summary>The full-width ones begin one too where the keyboard gives them.</summary>
    private const string FormulaSigns = "=+-@\t\r\n＝＋－＠";

    public static string Line(params ReadOnlySpan<object?> cells)
    {
        var line = new System.Text.StringBuilder();
        foreach (var cell in cells)
        {
            line.Append(line.Length == 0 ? "" : ";").Append(Cell(cell));
        }

        return line.Append("\r\n").ToString();
    }

    private static string Cell(object? value) => value switch
    {
        null => "\"\"",
        string text => Text(text),
        Cents amount => French.Number(amount.Value),
        DateOnly date => French.Date(date),
        int or long => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"No cell is made of {value.GetType().Name}.", nameof(value)),
    };

    /// <summary>Quoted always, so that what stands in it never depends on what it is.</summary>
    private static string Text(string text)
    {
        var begun = text.AsSpan().TrimStart(Blanks);
        var harmless = begun.Length > 0 && FormulaSigns.Contains(begun[0], StringComparison.Ordinal) ? "'" + text : text;
        return $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
