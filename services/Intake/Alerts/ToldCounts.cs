using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Alerts;

/// <summary>
/// What was told once stays told. The same question gets the same answer for ever; a question so near that the two
/// answers could be subtracted gets none.
/// </summary>
internal static class ToldCounts
{
    /// <summary>One at a time: two questions that overlap must not both find that nothing was told.</summary>
    private const int Turn = 0x414C_5254;

    /// <exception cref="RuleBroken">COUNT_OVERLAPS.</exception>
    public static async Task<string> Tell(Tx tx, CountQuery query, string alert)
    {
        await tx.Execute("select pg_advisory_xact_lock(@Turn)", new { Turn });
        var told = await tx.Query<Row>(
            "select codes, poles, from_date, until_date, shown from told_count where from_date < @Until and until_date > @From",
            new { query.From, query.Until });
        if (told.FirstOrDefault(t => t.Query.IsSameAs(query)) is { } same)
        {
            return same.Shown;
        }

        if (told.Any(t => t.Query.Overlaps(query)))
        {
            throw RuleBroken.NotNow(
                "COUNT_OVERLAPS",
                "Un effectif déjà communiqué porte sur un thème, un territoire et une période qui recoupent ceux-ci : les rapprocher dirait de petits nombres.",
                "STATE", alert);
        }

        var shown = await query.Count(tx);
        await tx.Execute(
            "insert into told_count (codes, poles, from_date, until_date, shown) values (@Codes, @Poles, @From, @Until, @shown)",
            new { query.Codes, query.Poles, query.From, query.Until, shown });
        return shown;
    }

    private sealed class Row
    {
        public string[] Codes { get; init; } = [];

        public string[] Poles { get; init; } = [];

        public DateOnly FromDate { get; init; }

        public DateOnly UntilDate { get; init; }

        public string Shown { get; init; } = "";

        public CountQuery Query => new(Codes, Poles, FromDate, UntilDate);
    }
}
