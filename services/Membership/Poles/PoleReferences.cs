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
    private readonly ILookup<string, TermRow> terms;

    private PoleReferences(
        Dictionary<string, int[]> rhythmsByProgramme,
        HashSet<string> communes,
        HashSet<string> organisations,
        HashSet<string> professionals,
        HashSet<string> generalPractitioners,
        HashSet<string> hostsWithConvention,
        ILookup<string, TermRow> terms) =>
        (this.rhythmsByProgramme, this.communes, this.organisations, this.professionals, this.generalPractitioners, HostsWithConvention, this.terms) =
        (rhythmsByProgramme, communes, organisations, professionals, generalPractitioners, hostsWithConvention, terms);

    /// <summary>Names of hosts with a convention in force on the day.</summary>
    public IReadOnlySet<string> HostsWithConvention { get; }

    public IReadOnlyList<TermRow> TermsOf(string pole) => [.. terms[pole]];

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
                new { ids = Hosts(poles) })),
            Set(referents.Select(r => r.ProfessionalId)),
            Set(referents.Where(r => Activities.IsGeneralPractice(r.ProfessionTable, r.ProfessionCode, r.SavoirFaire)).Select(r => r.ProfessionalId)),
            await WithConvention(tx, Hosts(poles), today),
            (await PoleStore.Terms(tx, Ids(poles.Select(p => Names.IdOf(Names.Poles, p.Name))))).ToLookup(t => t.Pole, StringComparer.Ordinal));
    }

    /// <summary>Names of those of these organisations that have a convention in force on the day.</summary>
    public static async Task<HashSet<string>> WithConvention(Tx tx, string[] organisations, DateOnly today) =>
        Set(await tx.Query<string>(
            """
            select distinct 'organisations/' || organisation from convention
            where organisation = any(@organisations) and start_date <= @today and coalesce(terminate_date, end_date) >= @today
              and (state = 2 or terminate_date is not null)
            """,
            new { organisations, today }));

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
        var strangers = Hosts([pole]).Where(h => !organisations.Contains(h)).ToList();
        row.Require(strangers.Count == 0, "UNKNOWN_ORGANISATION", $"La structure {Territories.Some(strangers)} n'est pas connue.");
        var referent = Names.IdOf(Names.Professionals, pole.Referent);
        row.Require(referent is null || professionals.Contains(referent), "UNKNOWN_PROFESSIONAL", $"Le référent {pole.Referent} n'est pas connu.");
        if (row.IsOpen)
        {
            Warn(row, referent);
        }
    }

    private void Warn(Row<Pole> row, string? referent)
    {
        if (referent is not null && !generalPractitioners.Contains(referent))
        {
            row.Warn("Le référent n'est pas médecin généraliste en exercice : c'est l'usage, sauf exception.");
        }
    }

    /// <summary>Usual host, others, and the carrying structure.</summary>
    private static string[] Hosts(IEnumerable<Pole> poles) =>
        Ids(poles.SelectMany(p => p.OtherHosts.Append(p.Host).Append(p.Carrier)).Select(h => Names.IdOf(Names.Organisations, h)));

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
