using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Organisations;

/// <summary>What the directory knows of what some organisations refer to.</summary>
internal sealed class OrganisationReferences
{
    private readonly HashSet<string> kinds;
    private readonly HashSet<string> communes;
    private readonly HashSet<string> programmes;

    private OrganisationReferences(HashSet<string> kinds, HashSet<string> communes, HashSet<string> programmes) =>
        (this.kinds, this.communes, this.programmes) = (kinds, communes, programmes);

    public static async Task<OrganisationReferences> Load(Tx tx, IReadOnlyList<Organisation> organisations) => new(
        await Known(tx, "select code from organisation_kind where code = any(@keys)", organisations.Select(o => o.Kind)),
        await Known(
            tx, "select insee_code from commune where insee_code = any(@keys)", organisations.SelectMany(o => o.TerritoryCommunes.Append(o.Commune))),
        await Known(
            tx,
            "select 'programmes/' || code from programme where 'programmes/' || code = any(@keys)",
            organisations.SelectMany(o => o.Memberships.Select(m => m.Programme))));

    /// <summary>What the organisation refers to that does not exist; empty when all does.</summary>
    public IEnumerable<FieldViolation> Unknown(Organisation organisation)
    {
        if (!kinds.Contains(organisation.Kind))
        {
            yield return new("organisation.kind", "UNKNOWN_KIND", $"Le type d'organisation « {organisation.Kind} » n'est pas dans la liste.");
        }

        if (organisation.Memberships.Any(m => !programmes.Contains(m.Programme)))
        {
            yield return new("organisation.memberships", "UNKNOWN_PROGRAMME", "Une adhésion nomme un programme inconnu.");
        }

        if (!communes.Contains(organisation.Commune))
        {
            yield return new("organisation.commune", "UNKNOWN_COMMUNE", $"La commune {organisation.Commune} n'est pas connue.");
        }

        var unknown = organisation.TerritoryCommunes.Where(c => !communes.Contains(c)).ToList();
        if (unknown.Count > 0)
        {
            yield return new(
                "organisation.territory_communes", "UNKNOWN_COMMUNE", $"Le territoire compte des communes inconnues : {Territories.Some(unknown)}.");
        }
    }

    private static async Task<HashSet<string>> Known(Tx tx, string sql, IEnumerable<string> keys) =>
        (await tx.Query<string>(sql, new { keys = keys.Where(k => k.Length > 0).Distinct(StringComparer.Ordinal).ToArray() }))
            .ToHashSet(StringComparer.Ordinal);
}
