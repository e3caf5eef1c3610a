using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Directory;

/// <summary>A professional as known on a date.</summary>
/// <param name="Capacities">Distinct capacities of the activities in force on that date.</param>
internal sealed record Person(string Name, string Rpps, bool Expert, DateOnly? CharterAcceptedDate, IReadOnlyList<Capacity> Capacities)
{
    public IReadOnlySet<string> Organisations => Capacities.Select(c => c.Organisation).Where(o => o.Length > 0).ToHashSet(StringComparer.Ordinal);
}

/// <summary>The people of the directory.</summary>
internal static class People
{
    /// <summary>Those who are known among the names, with their capacities on the date.</summary>
    public static async Task<IReadOnlyDictionary<string, Person>> Known(Tx tx, IEnumerable<string> names, DateOnly date)
    {
        var wanted = names.Where(n => n.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        var people = await tx.Query<Row>(
            """
            select p.name, p.rpps, p.expert, p.charter_accepted_date, a.profession_table, a.profession_code, a.mode, a.organisation
            from professional p
            left join activity a on a.professional = p.name
             and (a.from_date is null or a.from_date <= @date) and (a.until_date is null or @date < a.until_date)
            where p.name = any(@wanted)
            order by p.name, a.position
            """,
            new { wanted, date });
        return people.GroupBy(r => r.Name).ToDictionary(g => g.Key, ToPerson, StringComparer.Ordinal);
    }

    /// <summary>As <see cref="Known"/>, for names that a request gives.</summary>
    /// <exception cref="RuleBroken">UNKNOWN_PROFESSIONAL: a precondition and no bad argument, since the directory may be about to say it.</exception>
    public static async Task<IReadOnlyDictionary<string, Person>> MustKnow(Tx tx, IReadOnlyCollection<string> names, DateOnly date)
    {
        var known = await Known(tx, names, date);
        return names.FirstOrDefault(n => !known.ContainsKey(n)) is { } unknown
            ? throw RuleBroken.NotNow("UNKNOWN_PROFESSIONAL", $"« {unknown} » n'est pas (encore) connu de l'annuaire.", "DIRECTORY", unknown, ("professional", unknown))
            : known;
    }

    /// <summary>The names under which the caller may be known: the token's subject, and whoever bears its RPPS.</summary>
    public static async Task<IReadOnlySet<string>> NamesOf(Tx tx, Caller caller)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { caller.Subject };
        if (!string.IsNullOrEmpty(caller.Rpps))
        {
            names.UnionWith(await tx.Query<string>("select name from professional where rpps = @Rpps", new { caller.Rpps }));
        }

        return names;
    }

    /// <summary>The name under which the directory knows the caller; null when it does not.</summary>
    public static async Task<string?> Myself(Tx tx, Caller caller) =>
        (await tx.Query<string>("select name from professional where name = any(@names) order by name", new { names = (await NamesOf(tx, caller)).ToArray() }))
            .OrderByDescending(n => n == caller.Subject).FirstOrDefault();

    private static Person ToPerson(IGrouping<string, Row> rows)
    {
        var first = rows.First();
        return new Person(
            first.Name,
            first.Rpps,
            first.Expert,
            first.CharterAcceptedDate,
            [.. rows.Where(r => r.Mode is not null).Select(r => new Capacity
            {
                ProfessionTable = r.ProfessionTable, ProfessionCode = r.ProfessionCode, Mode = r.Mode, Organisation = r.Organisation,
            }).Distinct()]);
    }

    private sealed class Row
    {
        public string Name { get; init; } = "";

        public string Rpps { get; init; } = "";

        public bool Expert { get; init; }

        public DateOnly? CharterAcceptedDate { get; init; }

        public string? ProfessionTable { get; init; }

        public string? ProfessionCode { get; init; }

        public string? Mode { get; init; }

        public string? Organisation { get; init; }
    }
}
