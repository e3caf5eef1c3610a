namespace Intervision.Membership.Identifiers;

/// <summary>An organisation is known by its FINESS, SIRET or SIREN, each by its own rule.</summary>
internal static class OrganisationIdentifier
{
    public static bool IsValid(string type, string canonical) => type switch
    {
        "FINESS" => Finess.IsValid(canonical),
        "SIRET" => Siret.IsValid(canonical),
        "SIREN" => Siren.IsValid(canonical),
        _ => false,
    };
}
