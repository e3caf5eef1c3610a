using System.Globalization;
using System.Text;

namespace Intervision.Intake.IdentifyingText;

/// <summary>
/// A text as the patterns see it: compatibility forms folded (full-width and mathematical digits, no-break spaces),
/// dashes and slashes made plain, invisible and combining characters dropped; each character knows where it came from.
/// </summary>
internal sealed class FoldedText
{
    private readonly List<int> origins;
    private readonly int originalLength;

    private FoldedText(string text, List<int> origins, int originalLength) =>
        (Text, this.origins, this.originalLength) = (text, origins, originalLength);

    public string Text { get; }

    public static FoldedText Of(string original)
    {
        var text = new StringBuilder(original.Length);
        var from = new List<int>(original.Length);
        var at = 0;
        foreach (var rune in original.EnumerateRunes())
        {
            Append(rune, at, text, from);
            at += rune.Utf16SequenceLength;
        }

        return new FoldedText(text.ToString(), from, original.Length);
    }

    /// <summary>The place in the original, in UTF-16 code units, of a match in <see cref="Text"/>.</summary>
    public (int Start, int Length) Origin(int index, int length)
    {
        var start = origins[index];
        var end = index + length < origins.Count ? origins[index + length] : originalLength;
        return (start, end - start);
    }

    private static void Append(Rune rune, int at, StringBuilder text, List<int> from)
    {
        // Printable ASCII and the letters of Latin-1 and Latin Extended-A stand for themselves.
        if (rune.Value is (>= 0x20 and < 0x7F) or (>= 0xC0 and < 0x180))
        {
            text.Append((char)rune.Value);
            from.Add(at);
            return;
        }

        if (IsInvisible(rune))
        {
            return;
        }

        foreach (var c in rune.ToString().Normalize(NormalizationForm.FormKC))
        {
            text.Append(Plain(c));
            from.Add(at);
        }
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static char Plain(char c)
    {
        if (char.IsWhiteSpace(c) || char.IsControl(c))
        {
            return ' ';
        }

        if (CharUnicodeInfo.GetDecimalDigitValue(c) is var digit and >= 0)
        {
            return (char)('0' + digit);
        }

        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.DashPunctuation => '-',
            _ => c switch
            {
                '\u2212' => '-',
                '\u2044' or '\u2215' => '/',
                '\u00B7' or '\u2022' or '\u2219' or '\u22C5' or '\u3002' => '.',
                '\u2018' or '\u2019' or '\u02BC' => '\'',
                _ => c,
            },
        };
    }
}
