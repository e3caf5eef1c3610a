namespace Intervision.Membership.Identifiers;

/// <summary>
/// RPPS: a ten-digit order number and its Luhn key (MOS, DOMAIN §2). Strict: the ANS's own sample numbers, which fail
/// their key, are refused.
/// </summary>
internal static class Rpps
{
    public static bool IsValid(string canonical) => Keys.AreDigits(canonical, 11) && Keys.IsLuhn(canonical);
}
