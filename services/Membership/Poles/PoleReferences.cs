using Intervision.Membership.Import;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>What the directory knows of what some pôles refer to.</summary>
internal sealed class PoleReferences
{
    private readonly Dictionary<string, int[]> rhythmsByProgramme;
    private readonly HashSet<string> communes;
    private readonly HashSet<string> organisations;
    private readonly HashSet<string> professionals;
    private readonly HashSet<string> generalPractitioners;

    private PoleReferences(
        Dictionary<string, int[]> rhythmsByProgramme,
        HashSet<string> communes,
        HashSet<string> organisations,
        HashSet<string> professionals,
        HashSet<string> generalPractitioners) =>
        (this.rhythmsByProgramme, this.communes, this.organisations, this.professionals, this.generalPractitioners) =
        (rhythmsByProgramme, communes, organisations, professionals, generalPractitioners);

    public static async Task<PoleReferences> Load(Tx tx, IReadOnlyList<Pole> poles, DateOnly today)
    {
        var referents = await tx.Query<Referent>(
            """
            select p.professional_id, a.profession_table, a.profession_code, a.savoir_faire
            from professional p
            left join activity a on a.professional_id = p.professional_id
              and a.from_date <= @today and (a.until_date is null or a.until_date > @today)
            where p.professional_id = any(@ids)
            """,
            new { today, ids = Ids(poles.Select(p => Names.IdOf(Names.Professionals, p.Referent))) });
        return new PoleReferences(
            (await tx.Query<(string Code, int[] Rhythms)>(
                "select code, rhythms from programme where code = any(@ids)",
                new { ids = Ids(poles.Select(p => Names.IdOf(Names.Programmes, p.Programme))) }))
                .ToDictionary(p => p.Code, p => p.Rhythms, StringComparer.Ordinal),
            Set(await tx.Query<string>(
                "select insee_code from commune where insee_code = any(@ids)", new { ids = Ids(poles.SelectMany(p => p.Communes.Append(p.SeatCommune))) })),
            Set(await tx.Query<string>(
                "select identifier from organisation where identifier = any(@ids)",
                new { ids = Ids(poles.Select(p => Names.IdOf(Names.Organisations, p.Host))) })),
            Set(referents.Select(r => r.ProfessionalId)),
            Set(referents.Where(r => Activities.IsGeneralPractice(r.ProfessionTable, r.ProfessionCode, r.SavoirFaire)).Select(r => r.ProfessionalId)));
    }

    /// <summary>Rejects what is unknown; warns of a référent who is not a general practitioner ("in principle", DOMAIN §1).</summary>
    public void Judge(Row<Pole> row)
    {
        var pole = row.Content;
        var programme = Names.IdOf(Names.Programmes, pole.Programme) ?? "";
        row.Require(rhythmsByProgramme.TryGetValue(programme, out var rhythms), "UNKNOWN_PROGRAMME", $"Le programme « {programme} » n'existe pas.");
        row.Require(rhythms?.Contains((int)pole.Rhythm) == true, "RHYTHM_NOT_ALLOWED", $"Le programme « {programme} » ne permet pas ce rythme.");
        row.Require(communes.Contains(pole.SeatCommune), "UNKNOWN_COMMUNE", $"La commune du siège, {pole.SeatCommune}, n'est pas connue.");
        var unknown = pole.Communes.Where(c => !communes.Contains(c)).ToList();
        row.Require(unknown.Count == 0, "UNKNOWN_COMMUNE", $"Le territoire compte des communes inconnues : {Territories.Some(unknown)}.");
        var host = Names.IdOf(Names.Organisations, pole.Host);
        row.Require(host is null || organisations.Contains(host), "UNKNOWN_ORGANISATION", $"La structure d'accueil {pole.Host} n'est pas connue.");
        var referent = Names.IdOf(Names.Professionals, pole.Referent);
        row.Require(referent is null || professionals.Contains(referent), "UNKNOWN_PROFESSIONAL", $"Le référent {pole.Referent} n'est pas connu.");
        if (row.IsOpen)
        {
            Warn(row, host, referent);
        }
    }

    private void Warn(Row<Pole> row, string? host, string? referent)
    {
        if (referent is not null && !generalPractitioners.Contains(referent))
        {
            row.Warn("Le référent n'est pas médecin généraliste en exercice : c'est l'usage, sauf exception.");
        }

        if (referent is null || host is null)
        {
            row.Warn("Sans référent ou sans structure d'accueil, le pôle reste un brouillon.");
        }
    }

    private static string[] Ids(IEnumerable<string?> ids) => ids.OfType<string>().Distinct(StringComparer.Ordinal).ToArray();

    private static HashSet<string> Set(IEnumerable<string> some) => some.ToHashSet(StringComparer.Ordinal);

    private sealed class Referent
    {
        public string ProfessionalId { get; init; } = "";

        public string ProfessionTable { get; init; } = "";

        public string ProfessionCode { get; init; } = "";

        public string? SavoirFaire { get; init; }
    }
}
