using Dapper;
using Intervision.Intake.Consents;
using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>
/// What the projection of the directory knows of everyone and everything that some requests name, found in one round trip: each
/// table is asked once for all of them.
/// </summary>
internal sealed class NamedInDirectory
{
    /// <summary>Whether the attending physician is required.</summary>
    public required Dictionary<string, bool> Programmes { get; init; }

    public required Dictionary<string, Pole> Poles { get; init; }

    public required Dictionary<string, Commune> Communes { get; init; }

    /// <summary>RPPS, null without one.</summary>
    public required Dictionary<string, string?> People { get; init; }

    /// <summary>Of requesters and callers, where there is an answer of the patient to attest.</summary>
    public required IReadOnlyList<HealthProfession> HealthProfessions { get; init; }

    public required Dictionary<string, CptsTerritory> Cpts { get; init; }

    /// <summary>Not the directory's, but every deposit needs them too.</summary>
    public required ReferenceCodes Codes { get; init; }

    /// <summary>
    /// Whether a pôle touches a territory is dear to find out, and counts only where no commune is said. Apart: with it, no plan
    /// of the statement suits all groups, and PostgreSQL makes a new one for each.
    /// </summary>
    private const string PolesTouched =
        """
        select distinct t.organisation, c.pole from cpts_commune t join pole_commune c using (insee_code)
        where t.organisation = any (@organisations) and c.pole = any (@polesAlone)
        """;

    public static async Task<NamedInDirectory> Load(Tx tx, IReadOnlyList<(SubmitCaseRequest Request, Call Call)> deposits)
    {
        var requests = deposits.Select(d => d.Request).ToList();
        var attested = deposits.Where(d => ConsentRules.IsAttestation(d.Request.ConsentStatus)).ToList();
        var polesAlone = Distinct(requests.Where(r => r.Commune.Length == 0).Select(r => r.Pole));
        await using var found = await tx.QueryMultiple(
            $"""
            {ReferenceCodes.InForce};
            select name, attending_physician_required from programme;
            select name, programme, active, seat_commune from pole;
            select insee_code, array (select pole from pole_commune c where c.insee_code = commune.insee_code order by pole) as poles
            from commune where insee_code = any (@communes);
            select name, rpps from professional where name = any (@people);
            {HealthProfession.Sql};
            select o.name, c.insee_code
            from organisation o left join cpts_commune c on c.organisation = o.name and c.insee_code = any (@communes)
            where o.name = any (@organisations) and o.kind = 'CPTS';
            {(polesAlone.Length > 0 ? PolesTouched : "")}
            """,
            new
            {
                communes = Distinct(requests.Select(r => r.Commune)),
                people = Distinct(requests.SelectMany(SubmitFacts.People)),
                attesters = Distinct(attested.SelectMany(d => new[] { d.Request.Requester, d.Call.Caller.Subject })),
                attestersRpps = Distinct(attested.Select(d => d.Call.Caller.Rpps ?? "")),
                organisations = Distinct(requests.Select(r => r.SubmittingOrganisation)),
                polesAlone,
            });
        return new NamedInDirectory
        {
            Codes = new ReferenceCodes(await found.ReadAsync<(string, string[])>()),
            Programmes = (await found.ReadAsync<(string Name, bool PhysicianRequired)>()).ToDictionary(p => p.Name, p => p.PhysicianRequired, StringComparer.Ordinal),
            Poles = (await found.ReadAsync<Pole>()).ToDictionary(p => p.Name, StringComparer.Ordinal),
            Communes = (await found.ReadAsync<Commune>()).ToDictionary(c => c.InseeCode, StringComparer.Ordinal),
            People = (await found.ReadAsync<(string Name, string? Rpps)>()).ToDictionary(p => p.Name, p => p.Rpps, StringComparer.Ordinal),
            HealthProfessions = [.. await found.ReadAsync<HealthProfession>()],
            Cpts = Territories(
                await found.ReadAsync<(string Name, string? InseeCode)>(),
                polesAlone.Length > 0 ? await found.ReadAsync<(string Name, string Pole)>() : []),
        };
    }

    private static Dictionary<string, CptsTerritory> Territories(IEnumerable<(string Name, string? InseeCode)> communes, IEnumerable<(string Name, string Pole)> poles)
    {
        var touched = poles.ToLookup(p => p.Name, p => p.Pole, StringComparer.Ordinal);
        return communes.GroupBy(c => c.Name, c => c.InseeCode, StringComparer.Ordinal).ToDictionary(
            cpts => cpts.Key,
            cpts => new CptsTerritory { Communes = [.. cpts.OfType<string>()], Poles = [.. touched[cpts.Key]] },
            StringComparer.Ordinal);
    }

    private static string[] Distinct(IEnumerable<string> names) => [.. names.Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)];

    internal sealed class Pole
    {
        public string Name { get; init; } = "";

        public string Programme { get; init; } = "";

        public bool Active { get; init; }

        public string? SeatCommune { get; init; }
    }

    internal sealed class Commune
    {
        public string InseeCode { get; init; } = "";

        /// <summary>Pôles that cover it, of any programme, active or not.</summary>
        public string[] Poles { get; init; } = [];
    }

    internal sealed class CptsTerritory
    {
        /// <summary>Those of its communes that a request names.</summary>
        public string[] Communes { get; init; } = [];

        /// <summary>Pôles with a commune of its territory, of those that a request names without a commune.</summary>
        public string[] Poles { get; init; } = [];
    }
}
