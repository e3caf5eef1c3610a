using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>What the people of a session were already given, under the lock of (person, year).</summary>
internal sealed class PersonUse
{
    private readonly int year;
    private readonly Dictionary<string, long> inYear;
    private readonly Dictionary<string, long> onDay;
    private readonly Dictionary<string, long> inSession;
    private readonly Dictionary<string, long> added = new(StringComparer.Ordinal);

    private PersonUse(int year, Dictionary<string, long> inYear, Dictionary<string, long> onDay, Dictionary<string, long> inSession) =>
        (this.year, this.inYear, this.onDay, this.inSession) = (year, inYear, onDay, inSession);

    /// <param name="people">In ordinal order: the order of their locks.</param>
    public static async Task<PersonUse> Lock(Tx tx, string[] people, int year, DateOnly date, string session, Caps caps)
    {
        await tx.Execute(
            "insert into person_year (professional, fiscal_year) select unnest(@people), @year on conflict do nothing", new { people, year });
        var yearSums = await tx.Query<(string Professional, long Cents)>(
            """
            select professional, calculated_cents from person_year
            where professional = any(@people) and fiscal_year = @year order by professional collate "C" for update
            """,
            new { people, year });
        // Sums of lines are only read when a cap asks for them.
        var daySums = caps.DayCents == 0 ? [] : await Calculated(tx, people, "session_date = @date", date, session);
        var sessionSums = caps.SessionCents == 0 ? [] : await Calculated(tx, people, "session = @session", date, session);
        return new PersonUse(year, ToSums(yearSums), ToSums(daySums), ToSums(sessionSums));
    }

    public Used Of(string professional, long fromEnvelope)
    {
        var now = added.GetValueOrDefault(professional);
        return new Used(
            checked(inSession.GetValueOrDefault(professional) + now),
            checked(onDay.GetValueOrDefault(professional) + now),
            checked(inYear.GetValueOrDefault(professional) + now),
            fromEnvelope);
    }

    public void Add(string professional, long cents) => added[professional] = checked(added.GetValueOrDefault(professional) + cents);

    public async Task Save(Tx tx)
    {
        if (added.Count > 0)
        {
            await tx.Execute(
                "update person_year set calculated_cents = calculated_cents + @Value where professional = @Key and fiscal_year = @year",
                added.Select(a => new { a.Key, a.Value, year }).ToList());
        }
    }

    private static Task<IReadOnlyList<(string Professional, long Cents)>> Calculated(
        Tx tx, string[] people, string where, DateOnly date, string session) =>
        tx.Query<(string, long)>(
            $"""
            select professional, sum(amount_cents)::bigint from indemnity_line
            where professional = any(@people) and {where} and state = 3 group by professional
            """,
            new { people, date, session });

    private static Dictionary<string, long> ToSums(IEnumerable<(string Professional, long Cents)> rows) =>
        rows.ToDictionary(r => r.Professional, r => r.Cents, StringComparer.Ordinal);
}
