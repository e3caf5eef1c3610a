namespace Intervision.Membership.Identifiers;

/// <summary>SIREN: nine digits, Luhn (DOMAIN §2).</summary>
internal static class Siren
{
    public const string LaPoste = "356000000";

    public static bool IsValid(string canonical) => Keys.AreDigits(canonical, 9) && Keys.IsLuhn(canonical);
}
