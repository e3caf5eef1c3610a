using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Alerts;

/// <summary>Which situations are counted: discussed in the period, in the pôles, bearing every code.</summary>
/// <param name="Codes">list/code, in order.</param>
/// <param name="Poles">In order.</param>
/// <param name="Until">Exclusive.</param>
internal sealed record CountQuery(string[] Codes, string[] Poles, DateOnly From, DateOnly Until)
{
    public bool IsSameAs(CountQuery other) =>
        Codes.SequenceEqual(other.Codes) && Poles.SequenceEqual(other.Poles) && (From, Until) == (other.From, other.Until);

    /// <summary>
    /// Whether one count set against the other may tell of the few between them: they share place and time, and one theme
    /// contains the other, so that one group may lie within the other.
    /// </summary>
    public bool Overlaps(CountQuery other) =>
        From < other.Until && other.From < Until && Poles.Intersect(other.Poles, StringComparer.Ordinal).Any()
        && (Codes.All(other.Codes.Contains) || other.Codes.All(Codes.Contains));

    /// <summary>As shown; the number itself goes nowhere.</summary>
    public async Task<string> Count(Tx tx)
    {
        var row = await tx.Single<Row>(
            """
            select count(distinct c.id) filter (where c.motives @> @motives and c.contexts @> @contexts and c.products @> @products) as bearing,
              count(distinct c.id) as all_of_them
            from intervision i join cases c on c.id = i.case_id
            where (i.discuss_time at time zone 'Europe/Paris')::date between @From and @Until - 1 and c.pole = any (@Poles)
            """,
            new { motives = Of("motive"), contexts = Of("context"), products = Of("product"), From, Until, Poles });
        return CountShown.Of(row.Bearing, row.AllOfThem);
    }

    private string[] Of(string list) => [.. Codes.Where(c => c.StartsWith($"{list}/", StringComparison.Ordinal)).Select(c => c[(list.Length + 1)..])];

    private sealed class Row
    {
        public long Bearing { get; init; }

        public long AllOfThem { get; init; }
    }
}
