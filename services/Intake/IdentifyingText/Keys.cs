using System.Globalization;

namespace Intervision.Intake.IdentifyingText;

/// <summary>Check digits of the identifiers that must not appear in a text (DOMAIN §2).</summary>
internal static class Keys
{
    /// <summary>13 characters and a key of 2: key = 97 − (N mod 97), with 2A → 19 and 2B → 18.</summary>
    public static bool IsNir(ReadOnlySpan<char> compact)
    {
        if (compact.Length != 15)
        {
            return false;
        }

        Span<char> digits = stackalloc char[15];
        compact.CopyTo(digits);
        if (digits[6] is 'A' or 'a' or 'B' or 'b')
        {
            (digits[5], digits[6]) = ('1', digits[6] is 'A' or 'a' ? '9' : '8');
        }

        return long.TryParse(digits[..13], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(digits[13..], NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            && key == 97 - (int)(number % 97);
    }

    /// <summary>RPPS, FINESS, SIREN, SIRET.</summary>
    public static bool IsLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9;
        }

        return sum % 10 == 0;
    }
}
