using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>
/// Among whom a published case hides: the cases that could be in the library themselves, because who knows its rules looks
/// nowhere else. Decided at a table, the patient agrees now, not erased.
/// </summary>
internal static class Population
{
    /// <summary>Of <c>cases c</c>.</summary>
    public const string IsIn =
        $"""
        c.consent = 'Granted' and not ({Vault.Erased})
          and exists (select from decision d where d.case_id = c.id)
        """;

    private const string Columns = "c.age_band, p.area, c.products[1] as product, c.motives[1] as motive";

    public static async Task<IReadOnlyDictionary<Traits, Crowd>> Crowds(Tx tx) => Library.Crowds.Of(
    [
        .. (await tx.Query<Row>(
            $"""
            select {Columns}, d.orientations, count(*)::int as count
            from cases c left join pole p on p.name = c.pole
            cross join lateral (select array_agg(distinct d.orientation order by d.orientation) as orientations from decision d where d.case_id = c.id) d
            where {IsIn}
            group by 1, 2, 3, 4, 5
            """)).Select(r => new Alike(r.Traits, r.Orientations, r.Count)),
    ]);

    /// <summary>Of one case.</summary>
    public static async Task<Traits> TraitsOf(Tx tx, Guid caseId) => (await tx.Single<Row>(
        $"select {Columns} from cases c left join pole p on p.name = c.pole where c.id = @caseId", new { caseId })).Traits;

    private sealed class Row
    {
        public string AgeBand { get; init; } = "";

        public string? Area { get; init; }

        public string? Product { get; init; }

        public string? Motive { get; init; }

        public string[] Orientations { get; init; } = [];

        public int Count { get; init; }

        public Traits Traits => new(AgeBand, Area, Product, Motive);
    }
}
