namespace Intervision.Membership.Identifiers;

/// <summary>
/// FINESS: département (two characters), <c>0</c>, five digits of order, Luhn key; overseas 97 or 98, <c>0</c>, then the
/// département's digit and four of order. Corsica's A counts as 1 and B as 2 in the key (DOMAIN §2).
/// </summary>
internal static class Finess
{
    public static bool IsValid(string canonical)
    {
        if (canonical.Length != 9)
        {
            return false;
        }

        var digits = canonical[..2] switch
        {
            "2A" => "21" + canonical[2..],
            "2B" => "22" + canonical[2..],
            _ => canonical,
        };
        return Keys.AreDigits(digits, 9) && digits[2] == '0' && IsDepartement(canonical) && Keys.IsLuhn(digits);
    }

    /// <summary>01 to 95 (20 is Corsica's from before 1976, still borne by some), 2A, 2B, 97, 98.</summary>
    private static bool IsDepartement(string canonical) =>
        canonical[1] is 'A' or 'B' || canonical[..2] is "97" or "98" || string.CompareOrdinal(canonical, 0, "01", 0, 2) >= 0
            && string.CompareOrdinal(canonical, 0, "95", 0, 2) <= 0;
}
