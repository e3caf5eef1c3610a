using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>What the people of some lines were already given in the session, the day and the year.</summary>
internal sealed class PersonUse
{
    private readonly Dictionary<(string, int), long> inYear;
    private readonly Dictionary<(string, DateOnly), long> onDay;
    private readonly Dictionary<(string, string), long> inSession;

    /// <summary>As of people who were given nothing yet.</summary>
    public PersonUse()
        : this([], [], [])
    {
    }

    private PersonUse(Dictionary<(string, int), long> inYear, Dictionary<(string, DateOnly), long> onDay, Dictionary<(string, string), long> inSession) =>
        (this.inYear, this.onDay, this.inSession) = (inYear, onDay, inSession);

    /// <summary>Sums of lines are only read when a cap asks for them.</summary>
    /// <param name="underLock">Of people's years, in one order for everybody; else others may add to what is read.</param>
    public static async Task<PersonUse> Of(Tx tx, IReadOnlyList<Line> lines, Caps caps, bool underLock)
    {
        var keys = lines.Select(l => (l.Professional, l.FiscalYear)).Distinct().OrderBy(k => k.Professional, StringComparer.Ordinal).ThenBy(k => k.FiscalYear).ToList();
        var parameters = new
        {
            people = keys.ConvertAll(k => k.Professional).ToArray(),
            years = keys.ConvertAll(k => k.FiscalYear).ToArray(),
            dates = lines.Select(l => l.SessionDate).Distinct().ToArray(),
            sessions = lines.Select(l => l.Session).Distinct(StringComparer.Ordinal).ToArray(),
        };
        // Locked by making them: a person's first line of the year has nothing else to lock.
        var years = await tx.Query<(string, int, long)>(
            underLock
                ? """
                  insert into person_year as y (professional, fiscal_year) select * from unnest(@people, @years)
                  on conflict (professional, fiscal_year) do update set calculated_cents = y.calculated_cents
                  returning professional, fiscal_year, calculated_cents
                  """
                : "select professional, fiscal_year, calculated_cents from person_year where professional = any(@people) and fiscal_year = any(@years)",
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
    }

    private static void Add<TKey>(Dictionary<TKey, long> sums, TKey key, long cents)
        where TKey : notnull => sums[key] = checked(sums.GetValueOrDefault(key) + cents);

    private static Dictionary<(string, T), long> ToSums<T>(IEnumerable<(string, T, long)> rows) => rows.ToDictionary(r => (r.Item1, r.Item2), r => r.Item3);
}
