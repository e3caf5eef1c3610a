using Intervision.Indemnisation.Reports.Files;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports.Ars;

/// <summary>The year on one page as CSV: whole, then along each axis; the rows of an axis add up to the whole year.</summary>
internal static class FundingSummary
{
    /// <summary>Beside the month, which alone has something remaining of the grant.</summary>
    private static readonly (string Name, Cut Cut)[] Axes =
    [
        ("Pôle", Cut.Whole with { ByPole = true }), ("Profession", Cut.Whole with { ByProfession = true }), ("Mode", Cut.Whole with { ByMode = true }),
    ];

    public static async IAsyncEnumerable<string> Lines(Tx tx, ReportedEnvelope envelope)
    {
        yield return FrenchCsv.Line(
            "Axe", "Valeur", "Participations", "Séances", "Situations évoquées", "Accordé", "Engagé", "Liquidé", "Consommé", "Reste à consommer", "Restant",
            "Coût par séance", "Coût par situation", "Coût par participation");
        var costs = await Costs.Read(tx, envelope);
        yield return Line(
            "Exercice", $"{envelope.FiscalYear}", await FundingQueries.Year(tx, envelope), Cut.Whole, envelope.AmountCents, envelope.RemainingCents, costs);
        await foreach (var (month, remaining) in FundingQueries.Months(tx, envelope))
        {
            yield return Line("Mois", month.Month, month, Cut.Whole, remaining: remaining);
        }

        foreach (var (axis, cut) in Axes)
        {
            await foreach (var row in FundingQueries.All(tx, envelope, cut))
            {
                yield return Line(axis, $"{row.Pole}{row.ProfessionTable} {row.ProfessionCode}{row.Mode}".Trim(), row, cut);
            }
        }
    }

    private static string Line(string axis, string value, Figures row, Cut cut, long? granted = null, long? remaining = null, Costs? costs = null) => FrenchCsv.Line(
        axis, value, row.Participations, cut.CountsSessions ? row.Sessions : null, cut.CountsSessions ? row.DiscussedCases : null,
        Cents.Of(granted), new Cents(row.EngagedCents), new Cents(row.CalculatedCents), new Cents(row.ConsumedCents), new Cents(row.UnconsumedCents),
        Cents.Of(remaining), Cents.Of(costs?.PerSession), Cents.Of(costs?.PerCase), Cents.Of(costs?.PerParticipation));
}
