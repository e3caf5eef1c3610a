using System.Text;
using Intervision.Indemnisation.Payments;

namespace Intervision.Indemnisation.Reports.Pdf;

/// <summary>Text in the encoding of the standard fonts: Windows-1252, which has every letter of French.</summary>
internal static class WinAnsi
{
    /// <summary>0x80 to 0x9F, where Windows-1252 differs from Latin-1; a space where it has nothing.</summary>
    private const string Upper = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

    /// <summary>Letters that it has not lose their accents or are spelt out; anything else becomes a question mark.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = new List<byte>(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            Append(bytes, rune);
        }

        return [.. bytes];
    }

    private static void Append(List<byte> bytes, Rune rune)
    {
        if (Find(rune) is { } taken)
        {
            bytes.Add(taken);
            return;
        }

        var spelt = SepaLetters.Plain.GetValueOrDefault(rune.Value) ?? Base(rune);
        bytes.AddRange(spelt.EnumerateRunes().Select(r => Find(r) ?? (byte)'?'));
    }

    private static byte? Find(Rune rune) => rune.Value switch
    {
        // The narrow space that .NET groups French thousands with.
        0x202F => 0xA0,
        >= 0x20 and < 0x7F or >= 0xA0 and <= 0xFF => (byte)rune.Value,
        < 0x20 or 0x7F => (byte)' ',
        _ when rune.IsBmp && Upper.IndexOf((char)rune.Value, StringComparison.Ordinal) is >= 0 and var at => (byte)(0x80 + at),
        _ => null,
    };

    private static string Base(Rune rune)
    {
        var letters = rune.ToString().Normalize(NormalizationForm.FormKD).EnumerateRunes()
            .Where(r => Rune.GetUnicodeCategory(r) != System.Globalization.UnicodeCategory.NonSpacingMark);
        return string.Concat(letters.Select(r => r.ToString()));
    }
}
