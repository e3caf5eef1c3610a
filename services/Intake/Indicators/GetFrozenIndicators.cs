using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Indicators;

/// <summary>
/// A report as it was frozen, and what of it would be shown otherwise today. Both are compared as shown, and only that
/// they differ is told: a difference of numbers would be one of the few cases that came in between, and a comparison of the
/// numbers behind them would tell that a hidden one changed (ADR 0017).
/// </summary>
internal sealed class GetFrozenIndicators(Db db)
{
    public Task<GetFrozenIndicatorsResponse> Handle(GetFrozenIndicatorsRequest request, Call call) =>
        db.Read(
            async tx =>
            {
                var found = await FrozenReport.Find(tx, request.Name);
                if (found is null || !found.IsReadBy(call.Caller))
                {
                    throw RuleBroken.Denied();
                }

                var today = await ReportIndicators.Of(tx, found.Pole, found.From, found.Until, call.Now);
                return new GetFrozenIndicatorsResponse
                {
                    Frozen = found.View(),
                    Report = found.Report,
                    DifferingIndicators = { Differing(found.Report, today) },
                    CurrentFormulaVersion = IndicatorSql.Version,
                };
            },
            call.Cancellation);

    /// <summary>Names of what two reports do not show alike, in their order; one that only one of them has is among them.</summary>
    internal static IEnumerable<string> Differing(ReportIndicatorsResponse frozen, ReportIndicatorsResponse today)
    {
        var (then, now) = (Figures(frozen), Figures(today));
        return then.Keys.Union(now.Keys, StringComparer.Ordinal)
            .Where(name => !(then.TryGetValue(name, out var before) && now.TryGetValue(name, out var after) && before.Equals(after)));
    }

    private static Dictionary<string, object> Figures(ReportIndicatorsResponse report)
    {
        var figures = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var table in report.Tables)
        {
            figures.Add(table.Indicator, table);
        }

        foreach (var delay in report.Delays)
        {
            figures.Add(delay.Indicator, delay);
        }

        figures.Add("alerts_sent", report.AlertsSent);
        figures.Add("library_cases", report.LibraryCases);
        return figures;
    }
}
