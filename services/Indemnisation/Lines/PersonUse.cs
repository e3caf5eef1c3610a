using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>What the people of some lines were already given in the session, the day and the year, under the lock of (person, year).</summary>
internal sealed class PersonUse
{
    private readonly Dictionary<(string, int), long> inYear;
    private readonly Dictionary<(string, DateOnly), long> onDay;
    private readonly Dictionary<(string, string), long> inSession;
    private readonly Dictionary<(string, int), long> added = [];

    private PersonUse(Dictionary<(string, int), long> inYear, Dictionary<(string, DateOnly), long> onDay, Dictionary<(string, string), long> inSession) =>
        (this.inYear, this.onDay, this.inSession) = (inYear, onDay, inSession);

    /// <summary>Locks people's years in one order for everybody; sums of lines are only read when a cap asks for them.</summary>
    public static async Task<PersonUse> Lock(Tx tx, IReadOnlyList<Line> lines, Caps caps)
    {
        var keys = lines.Select(l => (l.Professional, l.FiscalYear)).Distinct().OrderBy(k => k.Professional, StringComparer.Ordinal).ThenBy(k => k.FiscalYear).ToList();
        var parameters = new
        {
            people = keys.ConvertAll(k => k.Professional).ToArray(),
            years = keys.ConvertAll(k => k.FiscalYear).ToArray(),
            dates = lines.Select(l => l.SessionDate).Distinct().ToArray(),
            sessions = lines.Select(l => l.Session).Distinct(StringComparer.Ordinal).ToArray(),
        };
        await tx.Execute("insert into person_year (professional, fiscal_year) select * from unnest(@people, @years) on conflict do nothing", parameters);
        var years = await tx.Query<(string, int, long)>(
            """
            select professional, fiscal_year, calculated_cents from person_year
            where (professional, fiscal_year) in (select * from unnest(@people, @years)) order by professional collate "C", fiscal_year for update
            """,
            parameters);
        var days = caps.DayCents == 0 ? [] : await tx.Query<(string, DateOnly, long)>(
            """
            select professional, session_date, sum(amount_cents)::bigint from indemnity_line
            where professional = any(@people) and session_date = any(@dates) and state = 3 group by professional, session_date
            """,
            parameters);
        var sessions = caps.SessionCents == 0 ? [] : await tx.Query<(string, string, long)>(
            """
            select professional, session, sum(amount_cents)::bigint from indemnity_line
            where professional = any(@people) and session = any(@sessions) and state = 3 group by professional, session
            """,
            parameters);
        return new PersonUse(ToSums(years), ToSums(days), ToSums(sessions));
    }

    public Used Of(Line line, long fromEnvelope) => new(
        inSession.GetValueOrDefault((line.Professional, line.Session)),
        onDay.GetValueOrDefault((line.Professional, line.SessionDate)),
        inYear.GetValueOrDefault((line.Professional, line.FiscalYear)),
        fromEnvelope);

    public void Add(Line line)
    {
        Add(inSession, (line.Professional, line.Session), line.AmountCents);
        Add(onDay, (line.Professional, line.SessionDate), line.AmountCents);
        Add(inYear, (line.Professional, line.FiscalYear), line.AmountCents);
        Add(added, (line.Professional, line.FiscalYear), line.AmountCents);
    }

    public Task Save(Tx tx) => added.Count == 0 ? Task.CompletedTask : tx.Execute(
        """
        update person_year y set calculated_cents = y.calculated_cents + n.cents
        from unnest(@people, @years, @cents) as n (professional, fiscal_year, cents)
        where y.professional = n.professional and y.fiscal_year = n.fiscal_year
        """,
        new
        {
            people = added.Select(a => a.Key.Item1).ToArray(),
            years = added.Select(a => a.Key.Item2).ToArray(),
            cents = added.Select(a => a.Value).ToArray(),
        });

    private static void Add<TKey>(Dictionary<TKey, long> sums, TKey key, long cents)
        where TKey : notnull => sums[key] = checked(sums.GetValueOrDefault(key) + cents);

    private static Dictionary<(string, T), long> ToSums<T>(IEnumerable<(string, T, long)> rows) => rows.ToDictionary(r => (r.Item1, r.Item2), r => r.Item3);
}
