using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Intervision.Indemnisation.Payees;

/// <summary>Keys of bank and company identifiers (DOMAIN §2). A valid key never proves that the account exists.</summary>
public static partial class BankAccounts
{
    /// <summary>Of SEPA (EPC409-09), each with the length of its IBANs (ISO 13616): a SEPA transfer goes nowhere else.</summary>
    private static readonly FrozenDictionary<string, int> Countries =
        "AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22"
            .Split(' ').ToFrozenDictionary(c => c[..2], c => int.Parse(c.AsSpan(2), CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>Without spaces, dots, hyphens; upper case.</summary>
    public static string Normalise(string given)
    {
        ArgumentNullException.ThrowIfNull(given);
        return string.Concat(given.Where(c => !char.IsWhiteSpace(c) && c is not ('.' or '-'))).ToUpperInvariant();
    }

    /// <summary>Of a country of SEPA and of its length, mod 97 = 1; French ones also by their RIB key. Canonical form expected.</summary>
    public static bool IsIban(string iban)
    {
        ArgumentNullException.ThrowIfNull(iban);
        return IbanForm().IsMatch(iban) && Countries.GetValueOrDefault(iban[..2]) == iban.Length
            && Mod97(iban.AsSpan(4), iban.AsSpan(0, 4)) == 1
            && (!iban.StartsWith("FR", StringComparison.Ordinal) || HasRibKey(iban));
    }

    public static bool IsFrenchIban(string iban) => IsIban(iban) && iban.StartsWith("FR", StringComparison.Ordinal);

    public static bool IsHolderName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 140 && !name.Any(char.IsControl);
    }

    public static bool IsBic(string bic) => BicForm().IsMatch(bic);

    /// <summary>SIREN and SIRET Luhn keys; La Poste's establishments may have a digit sum that 5 divides instead.</summary>
    public static bool IsSiret(string siret)
    {
        ArgumentNullException.ThrowIfNull(siret);
        return siret.Length == 14 && siret.All(char.IsAsciiDigit) && IsLuhn(siret.AsSpan(0, 9))
            && (IsLuhn(siret) || (siret.StartsWith("356000000", StringComparison.Ordinal) && siret.Sum(c => c - '0') % 5 == 0));
    }

    /// <summary>As answers show it: <c>FR76 … 0193</c>.</summary>
    public static string Mask(string iban)
    {
        ArgumentNullException.ThrowIfNull(iban);
        return iban.Length < 8 ? "…" : $"{iban[..4]} … {iban[^4..]}";
    }

    /// <summary>(89·bank + 15·branch + 3·account + key) mod 97 = 0, letters of the account as A1..I9 J1..R9 S2..Z9.</summary>
    private static bool HasRibKey(string iban)
    {
        if (iban.Length != 27 || !FrenchForm().IsMatch(iban))
        {
            return false;
        }

        var bank = long.Parse(iban.AsSpan(4, 5), CultureInfo.InvariantCulture);
        var branch = long.Parse(iban.AsSpan(9, 5), CultureInfo.InvariantCulture);
        var account = iban.AsSpan(14, 11).ToString().Aggregate(0L, (sum, c) => sum * 10 + RibDigit(c));
        var key = long.Parse(iban.AsSpan(25, 2), CultureInfo.InvariantCulture);
        return (89 * bank + 15 * branch + 3 * account + key) % 97 == 0;
    }

    private static int RibDigit(char c) => c switch
    {
        <= '9' => c - '0',
        <= 'I' => c - 'A' + 1,
        <= 'R' => c - 'J' + 1,
        _ => c - 'S' + 2,
    };

    private static int Mod97(ReadOnlySpan<char> first, ReadOnlySpan<char> then)
    {
        var rest = 0;
        foreach (var part in new[] { first.ToString(), then.ToString() })
        {
            foreach (var c in part)
            {
                rest = char.IsAsciiDigit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
            }
        }

        return rest;
    }

    private static bool IsLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            var weighed = i % 2 == 0 ? digit : digit * 2;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }

        return sum % 10 == 0;
    }

    [GeneratedRegex(@"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex IbanForm();

    [GeneratedRegex(@"^FR\d{12}[A-Z0-9]{11}\d{2}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex FrenchForm();

    [GeneratedRegex(@"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BicForm();
}
