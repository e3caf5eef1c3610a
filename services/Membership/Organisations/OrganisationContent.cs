using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>What an organisation says of itself: its canonical form and what can be wrong in it, whoever says it.</summary>
internal static class OrganisationContent
{
    public const int LongestProfileText = 2000;

    public static void Canonicalise(Organisation organisation)
    {
        organisation.IdentifierType = organisation.IdentifierType.Trim().ToUpperInvariant();
        organisation.Identifier = Keys.Canonical(organisation.Identifier);
        organisation.DisplayName = Texts.Canonical(organisation.DisplayName);
        Territories.Canonicalise(organisation.TerritoryCommunes);
        if (organisation.Profile is { } said)
        {
            var profile = new PartnerProfile
            {
                LegalFrame = Texts.Canonical(said.LegalFrame), Operation = Texts.Canonical(said.Operation), Missions = Texts.Canonical(said.Missions),
            };
            organisation.Profile = profile.CalculateSize() == 0 ? null : profile;
        }
    }

    /// <summary>What is wrong in itself in a canonical organisation, in field order; empty when nothing is.</summary>
    public static IEnumerable<FieldViolation> Wrong(Organisation organisation) =>
        OfIdentity(organisation).Concat(OfPlace(organisation)).Concat(OfTerritory(organisation)).Concat(OfSource(organisation));

    private static IEnumerable<FieldViolation> OfIdentity(Organisation o)
    {
        if (!OrganisationIdentifier.IsValid(o.IdentifierType, o.Identifier))
        {
            yield return Of("identifier", "IDENTIFIER_INVALID", $"L'identifiant « {o.Identifier} » n'est pas un {o.IdentifierType} valable (longueur ou clé).");
        }

        if (o.Name != Names.Organisations + o.Identifier)
        {
            yield return Of("name", "NAME_MISMATCH", "Le nom de ressource n'est pas « organisations/ » suivi de l'identifiant.");
        }

        if (!Texts.IsLabel(o.DisplayName, 200))
        {
            yield return Of("display_name", "DISPLAY_NAME_INVALID", "Le nom de l'organisation est vide ou trop long.");
        }
    }

    private static IEnumerable<FieldViolation> OfPlace(Organisation o)
    {
        if (!Texts.IsInsee(o.Commune))
        {
            yield return Of("commune", "COMMUNE_INVALID", "La commune doit être donnée par son code INSEE.");
        }

        if (o.Pole.Length > 0 && !(Names.IdOf(Names.Poles, o.Pole) is { } pole && Texts.IsPoleCode(pole)))
        {
            yield return Of("pole", "POLE_INVALID", "Le pôle doit avoir la forme « poles/P12 ».");
        }

        if (o.JoinedDate is not null && o.JoinedDate.ToDate() is null)
        {
            yield return Of("joined_date", "JOINED_DATE_INVALID", "La date d'adhésion n'est pas une date.");
        }
    }

    private static IEnumerable<FieldViolation> OfTerritory(Organisation o)
    {
        if (o.Kind != "CPTS" && o.TerritoryCommunes.Count > 0)
        {
            yield return Of("territory_communes", "TERRITORY_NOT_ALLOWED", "Seule une CPTS porte un territoire.");
        }

        if (o.TerritoryCommunes.Count > Territories.MaximumCommunes)
        {
            yield return Of("territory_communes", "TERRITORY_TOO_LARGE", Territories.TooLarge);
        }

        if (!o.TerritoryCommunes.All(Texts.IsInsee))
        {
            yield return Of("territory_communes", "COMMUNE_INVALID", Territories.Invalid);
        }
    }

    private static IEnumerable<FieldViolation> OfSource(Organisation o)
    {
        if (o.Profile is { } p && !(IsProfileText(p.LegalFrame) && IsProfileText(p.Operation) && IsProfileText(p.Missions)))
        {
            yield return Of("profile", "PROFILE_INVALID", $"Chaque texte de la présentation a au plus {LongestProfileText} caractères, sans caractère de commande.");
        }

        if (!Enum.IsDefined(o.IdentifierSource))
        {
            yield return Of("identifier_source", "IDENTIFIER_SOURCE_INVALID", "La source de l'identifiant n'est pas dans la liste.");
        }

        if (o.IdentifierVerifiedDate is not null && o.IdentifierVerifiedDate.ToDate() is null)
        {
            yield return Of("identifier_verified_date", "IDENTIFIER_VERIFIED_DATE_INVALID", "La date de vérification de l'identifiant n'est pas une date.");
        }
    }

    private static bool IsProfileText(string text) =>
        text.Length <= LongestProfileText && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    private static FieldViolation Of(string field, string reason, string french) => new($"organisation.{field}", reason, french);
}
