using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Cell = Intervision.Intake.V1.ReportIndicatorsResponse.Types.Cell;
using Delay = Intervision.Intake.V1.ReportIndicatorsResponse.Types.Delay;
using Number = Intervision.Intake.V1.ReportIndicatorsResponse.Types.Number;
using Table = Intervision.Intake.V1.ReportIndicatorsResponse.Types.Table;

namespace Intervision.Intake.Indicators;

/// <summary>The indicators of the activity report that come from cases; small numbers neither shown nor computable.</summary>
internal sealed class ReportIndicators(Db db)
{
    public Task<ReportIndicatorsResponse> Handle(ReportIndicatorsRequest request, Call call)
    {
        var caller = call.Caller;
        var all = caller.HasAny(Roles.Coordinator, Roles.Auditor);
        if (!all && request.Pole.Length > 0 && !caller.Poles.Contains(request.Pole))
        {
            throw RuleBroken.Denied();
        }

        var (from, until) = Period(request);
        var parameters = new { all, poles = caller.Poles.ToArray(), request.Pole, from, until, today = Paris.DateOf(call.Now) };
        return db.Read(tx => Report(tx, parameters), call.Cancellation);
    }

    /// <exception cref="RuleBroken">FROM_DATE_INVALID, UNTIL_DATE_INVALID.</exception>
    internal static (DateOnly From, DateOnly Until) Period(ReportIndicatorsRequest request)
    {
        var (from, until) = (request.FromDate.ToDate(), request.UntilDate.ToDate());
        var v = new Violations();
        v.Check(Quarters.Begins(from), "from_date", "FROM_DATE_INVALID", "La période commence le premier jour d'un trimestre.");
        v.Check(Quarters.Begins(until) && !(until <= from), "until_date", "UNTIL_DATE_INVALID", "La période finit avant le premier jour d'un trimestre suivant.");
        v.ThrowIfAny();
        return (from!.Value, until!.Value);
    }

    private static async Task<ReportIndicatorsResponse> Report(Tx tx, object parameters)
    {
        var response = new ReportIndicatorsResponse();
        foreach (var (indicator, sql) in IndicatorSql.Tables)
        {
            response.Tables.Add(TableOf(indicator, await tx.Query<Row>(sql, parameters)));
        }

        foreach (var (indicator, table, code, sql) in IndicatorSql.Delays)
        {
            // A delay tells that there are five at least: it is given where the table tells so too.
            var told = response.Tables.Single(t => t.Indicator == table).Cells.Any(c => c.Code == code && c.Number.Text != SmallText);
            response.Delays.Add(told ? DelayOf(indicator, await tx.Single<DelayRow>(sql, parameters)) : new Delay { Indicator = indicator });
        }

        return response;
    }

    internal static Table TableOf(string indicator, IReadOnlyList<Row> rows)
    {
        var (cells, total) = SmallCells.Of([.. rows.Select(r => r.Count)]);
        var table = new Table { Indicator = indicator, Total = NumberOf(rows.Sum(r => r.Count), total) };
        table.Cells.Add(rows.Zip(cells).Where(c => c.Second != Showing.Unlisted)
            .Select(c => new Cell { Code = c.First.Code, Number = NumberOf(c.First.Count, c.Second) }));
        return table;
    }

    private const string SmallText = "<5";

    private static Number NumberOf(int count, Showing showing) => showing switch
    {
        Showing.Shown => new Number { Value = count, Text = $"{count}" },
        Showing.Small => new Number { Text = SmallText },
        _ => new Number { Text = "n.c." },
    };

    private static Delay DelayOf(string indicator, DelayRow row) =>
        new() { Indicator = indicator, MedianDays = row.MedianDays, P90Days = row.P90Days };

    /// <summary>A cell as counted.</summary>
    internal sealed class Row
    {
        public string Code { get; init; } = "";

        public int Count { get; init; }
    }

    private sealed class DelayRow
    {
        public int MedianDays { get; init; }

        public int P90Days { get; init; }
    }
}
