namespace Intervision.Membership.Identifiers;

/// <summary>
/// SIRET: a valid SIREN and five digits of establishment, Luhn over all 14. La Poste ran out of Luhn numbers: there, a
/// digit sum that is a multiple of five is as good (DOMAIN §2).
/// </summary>
internal static class Siret
{
    public static bool IsValid(string canonical) =>
        Keys.AreDigits(canonical, 14)
        && Siren.IsValid(canonical[..9])
        && (Keys.IsLuhn(canonical) || (canonical.StartsWith(Siren.LaPoste, StringComparison.Ordinal) && canonical.Sum(c => c - '0') % 5 == 0));
}
