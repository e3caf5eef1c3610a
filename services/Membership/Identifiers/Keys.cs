using System.Text;

namespace Intervision.Membership.Identifiers;

/// <summary>What the identifier rules share (DOMAIN §2).</summary>
internal static class Keys
{
    /// <summary>Canonical form: without spaces (no-break ones too), dots and hyphens, upper case.</summary>
    public static string Canonical(string said)
    {
        var kept = new StringBuilder(said.Length);
        foreach (var c in said)
        {
            if (!char.IsWhiteSpace(c) && c is not ('.' or '-' or '\u2010' or '\u2011'))
            {
                kept.Append(char.ToUpperInvariant(c));
            }
        }

        return kept.ToString();
    }

    /// <summary>ASCII digits only: <c>char.IsDigit</c> would let Arabic-Indic ones through.</summary>
    public static bool AreDigits(ReadOnlySpan<char> text, int length) =>
        text.Length == length && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>The Luhn sum, over digits, is a multiple of ten.</summary>
    public static bool IsLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            var weighted = i % 2 == 0 ? digit : digit * 2;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }

        return sum % 10 == 0;
    }
}
