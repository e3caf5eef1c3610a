using System.Buffers;
using System.Globalization;
using System.Text;

namespace Intervision.Indemnisation.Payments;

/// <summary>Text in the character set that every SEPA bank takes: <c>a-zA-Z0-9/-?:().,'+</c> and space (DOMAIN §9).</summary>
internal static class SepaText
{
    private const string Punctuation = "/-?:().,'+";

    private static readonly SearchValues<char> Own = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 " + Punctuation);

    /// <summary>
    /// Accents dropped, ligatures and other alphabets spelt out, any other character as a dot; no "//", none of "/" at the
    /// ends, cut at the maximum. Text without a letter or a digit left says so.
    /// </summary>
    public static string Of(string text, int maximum)
    {
        var joined = string.Join(' ', Plain(text).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        while (joined.Contains("//", StringComparison.Ordinal))
        {
            joined = joined.Replace("//", "/", StringComparison.Ordinal);
        }

        var cut = joined.Trim('/', ' ');
        cut = (cut.Length > maximum ? cut[..maximum] : cut).TrimEnd('/', ' ');
        return cut.Any(char.IsAsciiLetterOrDigit) ? cut : "NON PRECISE";
    }

    /// <summary>Most texts have nothing but SEPA's own characters, and stay as they are.</summary>
    private static string Plain(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Own))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Append(plain, rune);
        }

        return plain.ToString();
    }

    private static void Append(StringBuilder plain, Rune rune)
    {
        if (Taken(rune) is { } taken)
        {
            plain.Append(taken);
            return;
        }

        foreach (var part in Decomposed(rune).EnumerateRunes())
        {
            plain.Append(Taken(part) ?? (IsInvisible(Rune.GetUnicodeCategory(part)) ? "" : "."));
        }
    }

    private static string? Taken(Rune rune) => rune.Value switch
    {
        < 128 when Rune.IsLetterOrDigit(rune) || Punctuation.Contains((char)rune.Value, StringComparison.Ordinal) => rune.ToString(),
        _ when Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) => " ",
        _ => SepaLetters.Plain.GetValueOrDefault(rune.Value),
    };

    /// <summary>As it is, where .NET refuses to normalise: U+FFFE.</summary>
    private static string Decomposed(Rune rune) => rune.Value == 0xFFFE ? rune.ToString() : rune.ToString().Normalize(NormalizationForm.FormKD);

    /// <summary>Accents, joiners, marks of direction.</summary>
    private static bool IsInvisible(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Format;
}
