using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Communes;

/// <summary>SQL of reading communes.</summary>
internal static class CommuneStore
{
    public static async Task<IReadOnlyList<Commune>> States(Tx tx, string[] inseeCodes) =>
        [.. (await tx.Query<CommuneRow>(
            """
            select insee_code, display_name, departement, postal_codes, population from commune
            where insee_code = any(@inseeCodes) order by insee_code
            """,
            new { inseeCodes })).Select(c => c.ToProto())];

    private sealed class CommuneRow
    {
        public string InseeCode { get; init; } = "";

        public string DisplayName { get; init; } = "";

        public string Departement { get; init; } = "";

        public string[] PostalCodes { get; init; } = [];

        public int Population { get; init; }

        public Commune ToProto() => new()
        {
            InseeCode = InseeCode,
            DisplayName = DisplayName,
            Departement = Departement,
            PostalCodes = { PostalCodes },
            Population = Population,
        };
    }
}
