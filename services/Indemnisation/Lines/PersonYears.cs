using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// What each person's lines of a year come to, for the cap of the year. Counter-lines count, as they do for the session, the day and
/// the envelope: what a correction gives is capped as if the line that it corrects had never been. What a cap took off other lines
/// before stays off (DESIGN §7.17).
/// </summary>
internal static class PersonYears
{
    /// <summary>Moves them by what became of the lines, person after person in one order for everybody.</summary>
    /// <exception cref="OvertakenException">Somebody else's lines came first, and a cap that was far away is not any more.</exception>
    public static async Task Move(Tx tx, IReadOnlyList<Change> changes)
    {
        var moved = changes
            .GroupBy(c => (c.After.Professional, c.After.FiscalYear))
            .Select(g => (g.Key.Professional, g.Key.FiscalYear, Cents: g.Sum(c => checked(Weight(c.After) - Weight(c.Before))), Cap: g.Max(c => c.YearCapCents)))
            .Where(m => m.Cents != 0)
            .OrderBy(m => m.Professional, StringComparer.Ordinal).ThenBy(m => m.FiscalYear).ToList();
        if (moved.Count > 0 && await Add(tx, moved))
        {
            throw new OvertakenException("a person's year");
        }
    }

    private static long Weight(Line? line) => line is { StoredState: LineState.Calculated } ? line.AmountCents : 0;

    /// <summary>Totals and caps meet by grouping: for a join the planner, who does not know how many there are, compares each with each.</summary>
    /// <returns>Whether a cap was passed.</returns>
    private static Task<bool> Add(Tx tx, List<(string Professional, int FiscalYear, long Cents, long Cap)> moved) =>
        tx.Single<bool>(
            """
            with saved as (
              insert into person_year as y (professional, fiscal_year, calculated_cents) select * from unnest(@people, @years, @cents)
              on conflict (professional, fiscal_year) do update set calculated_cents = y.calculated_cents + excluded.calculated_cents
              returning professional, fiscal_year, calculated_cents)
            select exists (
              select from (
                select professional, fiscal_year, calculated_cents, null as cap from saved
                union all
                select professional, fiscal_year, null, cap from unnest(@people, @years, @caps) as limits (professional, fiscal_year, cap)) as either
              group by professional, fiscal_year having max(calculated_cents) > max(cap))
            """,
            new
            {
                people = moved.ConvertAll(m => m.Professional).ToArray(),
                years = moved.ConvertAll(m => m.FiscalYear).ToArray(),
                cents = moved.ConvertAll(m => m.Cents).ToArray(),
                // Who loses something passes none.
                caps = moved.ConvertAll(m => m is { Cents: > 0, Cap: > 0 } ? m.Cap : (long?)null).ToArray(),
            });
}
