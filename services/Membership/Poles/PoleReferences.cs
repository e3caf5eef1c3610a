using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>What the directory knows of some pôles and of what they refer to, on a day.</summary>
internal sealed class PoleReferences
{
    private readonly Dictionary<string, int[]> rhythmsByProgramme;
    private readonly HashSet<string> communes;
    private readonly HashSet<string> organisations;
    private readonly HashSet<string> active;
    private readonly ILookup<string, TermRow> terms;
    private readonly ILookup<string, Capacity> referents;

    private PoleReferences(
        Dictionary<string, int[]> rhythmsByProgramme,
        HashSet<string> communes,
        HashSet<string> organisations,
        HashSet<string> active,
        HashSet<string> hostsWithConvention,
        ILookup<string, TermRow> terms,
        ILookup<string, Capacity> referents) =>
        (this.rhythmsByProgramme, this.communes, this.organisations, this.active, HostsWithConvention, this.terms, this.referents) =
        (rhythmsByProgramme, communes, organisations, active, hostsWithConvention, terms, referents);

    /// <summary>Names of hosts with a convention in force on the day.</summary>
    public IReadOnlySet<string> HostsWithConvention { get; }

    public IReadOnlyList<TermRow> TermsOf(string pole) => [.. terms[pole]];

    public bool IsActive(Pole pole) => active.Contains(pole.Name);

    public static async Task<PoleReferences> Load(Tx tx, IReadOnlyList<Pole> poles, DateOnly today)
    {
        var codes = Ids(poles.Select(p => Names.IdOf(Names.Poles, p.Name)));
        return new PoleReferences(
            (await tx.Query<(string Code, int[] Rhythms)>(
                "select code, rhythms from programme where code = any(@ids)",
                new { ids = Ids(poles.Select(p => Names.IdOf(Names.Programmes, p.Programme))) }))
                .ToDictionary(p => p.Code, p => p.Rhythms, StringComparer.Ordinal),
            Set(await tx.Query<string>(
                "select insee_code from commune where insee_code = any(@ids)", new { ids = Ids(poles.SelectMany(p => p.Communes.Append(p.SeatCommune))) })),
            Set(await tx.Query<string>("select identifier from organisation where identifier = any(@ids)", new { ids = Structures(poles) })),
            Set(await tx.Query<string>("select 'poles/' || code from pole where code = any(@codes) and state = 2", new { codes })),
            await WithConvention(tx, Structures(poles), today),
            (await PoleStore.Terms(tx, codes)).ToLookup(t => t.Pole, StringComparer.Ordinal),
            await ReferentStore.Capacities(tx, Ids(poles.Select(p => Names.IdOf(Names.Professionals, p.Referent))), today));
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

    /// <summary>What a pôle refers to that does not exist or is not allowed, in field order; empty when all is well.</summary>
    public IEnumerable<FieldViolation> Unknown(Pole pole)
    {
        var programme = Names.IdOf(Names.Programmes, pole.Programme) ?? "";
        if (!rhythmsByProgramme.TryGetValue(programme, out var rhythms))
        {
            yield return new("pole.programme", "UNKNOWN_PROGRAMME", $"Le programme « {programme} » n'existe pas.");
        }

        if (!communes.Contains(pole.SeatCommune))
        {
            yield return new("pole.seat_commune", "UNKNOWN_COMMUNE", $"La commune du siège, {pole.SeatCommune}, n'est pas connue.");
        }

        if (pole.Rhythm != Rhythm.Unspecified && rhythms?.Contains((int)pole.Rhythm) == false)
        {
            yield return new("pole.rhythm", "RHYTHM_NOT_ALLOWED", $"Le programme « {programme} » ne permet pas ce rythme.");
        }

        if (Names.IdOf(Names.Professionals, pole.Referent) is { } referent && !referents.Contains(referent))
        {
            yield return new("pole.referent", "UNKNOWN_PROFESSIONAL", $"Le référent {pole.Referent} n'est pas connu.");
        }

        var unknown = pole.Communes.Where(c => !communes.Contains(c)).ToList();
        if (unknown.Count > 0)
        {
            yield return new("pole.communes", "UNKNOWN_COMMUNE", $"Le territoire compte des communes inconnues : {Territories.Some(unknown)}.");
        }

        var strangers = Structures([pole]).Where(h => !organisations.Contains(h)).ToList();
        if (strangers.Count > 0)
        {
            yield return new("pole.host", "UNKNOWN_ORGANISATION", $"La structure {Territories.Some(strangers)} n'est pas connue.");
        }
    }

    /// <summary>What somebody should know of the référent that a pôle names.</summary>
    public IEnumerable<Warning> WarningsOf(Pole pole) =>
        Names.IdOf(Names.Professionals, pole.Referent) is { } referent ? Referents.Warnings(referents[referent]) : [];

    /// <summary>Identifiers of the usual host, the others, and the carrying structure.</summary>
    private static string[] Structures(IEnumerable<Pole> poles) =>
        Ids(poles.SelectMany(p => p.OtherHosts.Append(p.Host).Append(p.Carrier)).Select(h => Names.IdOf(Names.Organisations, h)));

    private static string[] Ids(IEnumerable<string?> ids) => ids.OfType<string>().Distinct(StringComparer.Ordinal).ToArray();

    private static HashSet<string> Set(IEnumerable<string> some) => some.ToHashSet(StringComparer.Ordinal);
}
