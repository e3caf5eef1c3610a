using System.Globalization;
using System.Text;

namespace Intervision.Indemnisation.Payments;

/// <summary>Text in the character set that every SEPA bank takes: <c>a-zA-Z0-9/-?:().,'+</c> and space (DOMAIN §9).</summary>
internal static class SepaText
{
    private const string Punctuation = "/-?:().,'+ ";

    /// <summary>Accents dropped, ligatures spelt out, other characters as a space; no "//", none of "/" at the ends.</summary>
    public static string Of(string text, int maximum)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(Plain(c));
            }
        }

        var words = plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Join(' ', words);
        while (joined.Contains("//", StringComparison.Ordinal))
        {
            joined = joined.Replace("//", "/", StringComparison.Ordinal);
        }

        var cut = joined.Length > maximum ? joined[..maximum] : joined;
        return cut.Trim('/', ' ') is { Length: > 0 } kept ? kept : "NON PRECISE";
    }

    private static string Plain(char c) => c switch
    {
        _ when char.IsAsciiLetterOrDigit(c) || Punctuation.Contains(c, StringComparison.Ordinal) => c.ToString(),
        'œ' => "oe",
        'Œ' => "OE",
        'æ' => "ae",
        'Æ' => "AE",
        'ß' => "ss",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        '’' or '‘' or '`' or '´' or '"' or '«' or '»' or '“' or '”' => "'",
        '–' or '—' or '_' or '‐' => "-",
        '&' => "+",
        ';' => ",",
        '[' or '{' => "(",
        ']' or '}' => ")",
        '\\' or '|' or '⁄' => "/",
        _ => " ",
    };
}
