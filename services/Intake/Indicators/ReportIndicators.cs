using Intervision.Intake.Alerts;
using Intervision.Intake.Library;
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

/// <summary>
/// The indicators of the activity report that come from cases; small numbers neither shown nor computable, from one report
/// or from all of them together (ADR 0017). The region by code and the pôles by total share nothing but a total.
/// </summary>
internal sealed class ReportIndicators(Db db)
{
    public Task<ReportIndicatorsResponse> Handle(ReportIndicatorsRequest request, Call call)
    {
        var pole = PoleFor(request.Pole, call.Caller);
        var (from, until) = Period(request);
        return db.Read(tx => Of(tx, pole, from, until, call.Now), call.Cancellation);
    }

    /// <summary>
    /// The report as anybody who may ask for it is shown it. Of a year that is running, the quarters that are over, in bands of
    /// five: asked again after a deposit, the difference would be that deposit.
    /// </summary>
    /// <param name="pole">Empty for the region.</param>
    /// <param name="from">1 January.</param>
    /// <param name="until">1 January of the year after, exclusive.</param>
    public static async Task<ReportIndicatorsResponse> Of(Tx tx, string pole, DateOnly from, DateOnly until, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        if (until <= today)
        {
            return await Of(tx, pole, from, until, today);
        }

        var over = Quarters.Of(today);
        var report = await Of(tx, pole, from, over, over);
        foreach (var number in report.Tables.SelectMany(t => t.Cells.Select(c => c.Number).Append(t.Total)).Where(n => n.HasValue))
        {
            number.Text = CountShown.BandOf(number.Value);
            number.ClearValue();
        }

        report.Delays.Clear();
        return report;
    }

    private static Task<ReportIndicatorsResponse> Of(Tx tx, string pole, DateOnly from, DateOnly until, DateOnly today)
    {
        // Always of everybody: what of one pôle is hidden depends on the others.
        var parameters = new { all = true, poles = Array.Empty<string>(), Pole = "", from, until, today };
        return pole.Length == 0 ? OfRegion(tx, parameters, from, until) : OfPole(tx, parameters, pole);
    }

    /// <returns>Empty for the region.</returns>
    /// <exception cref="RuleBroken">PERMISSION_DENIED, POLE_MISSING.</exception>
    private static string PoleFor(string said, Caller caller)
    {
        if (caller.HasAny(Roles.Coordinator, Roles.Auditor) || (said.Length > 0 && caller.Poles.Contains(said)))
        {
            return said;
        }

        if (said.Length > 0)
        {
            throw RuleBroken.Denied();
        }

        // Of several pôles together no number is given: it would be one more to subtract.
        return caller.Poles.Count == 1 ? caller.Poles.Single() : throw RuleBroken.Invalid("pole", "POLE_MISSING", "Dites de quel pôle.");
    }

    /// <exception cref="RuleBroken">FROM_DATE_INVALID, UNTIL_DATE_INVALID.</exception>
    internal static (DateOnly From, DateOnly Until) Period(ReportIndicatorsRequest request)
    {
        var (from, until) = (request.FromDate.ToDate(), request.UntilDate.ToDate());
        var v = new Violations();
        v.Check(from is { Day: 1, Month: 1 }, "from_date", "FROM_DATE_INVALID", "La période commence un 1er janvier.");
        v.Check(until is { Day: 1, Month: 1 } && from?.Year + 1 == until.Value.Year, "until_date", "UNTIL_DATE_INVALID", "La période est une année civile.");
        v.ThrowIfAny();
        return (from!.Value, until!.Value);
    }

    private static async Task<ReportIndicatorsResponse> OfRegion(Tx tx, object parameters, DateOnly from, DateOnly until)
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

        response.AlertsSent = await tx.Single<int>(
            "select count(*)::int from alert_transmission where transmit_date between @from and @until - 1", new { from, until });
        response.LibraryCases = await LibraryCount.Between(tx, from, until);
        return response;
    }

    private static async Task<ReportIndicatorsResponse> OfPole(Tx tx, object parameters, string pole)
    {
        var response = new ReportIndicatorsResponse();
        foreach (var (indicator, sql) in IndicatorSql.ByPole)
        {
            var rows = await tx.Query<Row>(sql, parameters);
            var (count, showing) = TotalOf(rows, pole);
            response.Tables.Add(new Table { Indicator = indicator, Total = NumberOf(count, showing) });
        }

        return response;
    }

    /// <summary>One pôle's total, hidden as the totals of all pôles and the region's make it necessary.</summary>
    internal static (int Count, Showing Showing) TotalOf(IReadOnlyList<Row> rows, string pole)
    {
        var (totals, region) = SmallCells.Of([.. rows.Select(r => r.Count)]);
        if (region == Showing.Small || totals.Contains(Showing.Unlisted))
        {
            // All alike, those without a case included: which of them have some would tell how many.
            return (0, region == Showing.Small ? Showing.Small : Showing.KeptBack);
        }

        var found = rows.Select((row, i) => (row, i)).FirstOrDefault(r => r.row.Code == pole);
        return found.row is null ? (0, Showing.Small) : (found.row.Count, totals[found.i]);
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
