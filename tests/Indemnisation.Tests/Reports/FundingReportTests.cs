using System.Globalization;
using System.Xml.Linq;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.Tests.Support;
using Table = Intervision.Indemnisation.V1.ExportFundingReportRequest.Types.Table;

namespace Intervision.Indemnisation.Tests.Reports;

/// <summary>The ARS report: figures of one envelope, to the cent of the bank's files.</summary>
public sealed class FundingReportTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Fact]
    public async Task The_report_reconciles_to_the_cent_with_the_file_of_the_bank()
    {
        var scene = await fixture.NewScene();
        await Play(scene);
        var run = await scene.ReleasedRun();
        await Unpaid(scene);

        var report = await Report(scene);
        Assert.Empty(report.Differences);
        Assert.True(report.Reconciled);
        var listed = Assert.Single(report.Runs);
        Assert.Equal((run.Name, 4, run.Total), (listed.PaymentRun, listed.Payments, listed.Total));
        Assert.Equal(listed.Total, listed.Share);

        // The file as the bank reads it.
        var file = XDocument.Load(Path.Combine(fixture.PaymentFolder, run.FilePath));
        var control = file.Descendants().First(e => e.Name.LocalName == "CtrlSum").Value;
        var consumed = report.Total.Consumed.ToCents()!.Value / 100m;
        Assert.Equal(consumed, decimal.Parse(control, CultureInfo.InvariantCulture));
        Assert.Equal(consumed, file.Descendants().Where(e => e.Name.LocalName == "InstdAmt").Sum(e => decimal.Parse(e.Value, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Engaged_consumed_and_remaining_month_by_month_and_what_a_session_a_case_and_a_participation_cost()
    {
        var scene = await fixture.NewScene();
        await Play(scene);
        await scene.ReleasedRun();
        await Unpaid(scene);

        var report = await Report(scene);
        // September: GP 135.00 + 40.00 by video; October: GP 135.00 and pharmacist 105.00; November: committed only, 135.00.
        Assert.Equal(["2026-09", "2026-10", "2026-11"], report.Months.Select(m => m.Row.Month));
        Assert.Equal([13_500 + 4_500L, 24_000, 13_500], report.Months.Select(m => m.Row.Engaged.ToCents()!.Value));
        Assert.Equal([18_000L, 24_000, 0], report.Months.Select(m => m.Row.Consumed.ToCents()!.Value));
        Assert.Equal([9_982_000L, 9_958_000, 9_944_500], report.Months.Select(m => m.Remaining.ToCents()!.Value));
        Assert.Equal(report.Remaining, report.Months[^1].Remaining);
        Assert.Equal((4, 2, 5), (report.Total.Participations, report.Total.Sessions, report.Total.DiscussedCases));
        Assert.Equal(
            (21_000L, 8_400L, 10_500L),
            (report.Costs.PerSession.ToCents(), report.Costs.PerCase.ToCents(), report.Costs.PerParticipation.ToCents()));
        var envelope = await scene.Envelope();
        Assert.Equal((envelope.Engaged, envelope.Consumed, envelope.Remaining), (report.Total.Engaged, report.Total.Consumed, report.Remaining));
    }

    [Fact]
    public async Task Rows_are_cut_as_asked_page_by_page_and_every_cut_has_the_same_total()
    {
        var scene = await fixture.NewScene();
        await Play(scene);
        var total = (await Report(scene)).Total;
        foreach (var dimensions in new FundingDimension[][]
        {
            [], [FundingDimension.Month], [FundingDimension.Pole], [FundingDimension.Profession], [FundingDimension.Mode],
            [FundingDimension.Month, FundingDimension.Pole, FundingDimension.Profession, FundingDimension.Mode],
        })
        {
            var rows = await Rows(scene, dimensions);
            Assert.Equal(total.Engaged.ToCents(), rows.Sum(r => r.Engaged.ToCents()));
            Assert.Equal(total.Participations, rows.Sum(r => r.Participations));
            Assert.All(rows, r => Assert.Equal(r.Engaged.ToCents() - r.Consumed.ToCents(), r.Unconsumed.ToCents()));
            Assert.Equal(rows.Count, rows.Select(r => (r.Month, r.Pole, r.ProfessionTable, r.ProfessionCode, r.Mode)).Distinct().Count());
        }

        var finest = await Rows(scene, FundingDimension.Month, FundingDimension.Mode);
        Assert.Equal(["2026-09 PRESENTIEL", "2026-09 VISIO", "2026-10 PRESENTIEL"], finest.Select(r => $"{r.Month} {r.Mode}"));
        Assert.Equal([("10", 3), ("21", 1)], (await Rows(scene, FundingDimension.Profession)).Select(r => (r.ProfessionCode, r.Participations)));
    }

    [Fact]
    public async Task The_tables_open_in_a_french_spreadsheet()
    {
        var scene = await fixture.NewScene();
        await Play(scene);
        var run = await scene.ReleasedRun();

        var rows = await fixture.Funding(scene.Programme, Table.Rows);
        Assert.Equal([0xEF, 0xBB, 0xBF], rows.Content.Take(3).Select(b => (int)b));
        Assert.Equal($"ars-{scene.EnvelopeName["envelopes/".Length..]}-detail.csv", rows.Name);
        Assert.Equal("420,00", rows.Rows[^1]["Consommé"]);
        Assert.Equal(42_000, rows.Rows.SkipLast(1).Sum(r => Exported.Cents(r["Consommé"])));

        var sessions = (await fixture.Funding(scene.Programme, Table.Sessions)).Rows;
        Assert.Equal(["180,00", "240,00"], sessions.Select(s => s["Coût"]));
        Assert.Equal(["60,00", "120,00"], sessions.Select(s => s["Coût par situation"]));
        Assert.Equal(["90,00", "120,00"], sessions.Select(s => s["Coût par participation"]));

        var runs = Assert.Single((await fixture.Funding(scene.Programme, Table.Runs)).Rows);
        Assert.Equal((run.Name, "420,00", "420,00", "01/12/2026"), (runs["Lot"], runs["Total du fichier (CtrlSum)"], runs["Somme des lignes"], runs["Remis le"]));
    }

    [Fact]
    public async Task Each_table_adds_up_to_the_envelope_and_to_the_file_of_the_bank()
    {
        var scene = await fixture.NewScene();
        await Play(scene);
        var run = await scene.ReleasedRun();
        await Unpaid(scene);
        await scene.Approve(await scene.Held(await scene.NewPerson("21")));

        var summary = await fixture.Funding(scene.Programme, Table.Summary);
        Assert.Equal($"ars-{scene.EnvelopeName["envelopes/".Length..]}-synthese.csv", summary.Name);
        var year = Assert.Single(summary.Rows, r => r["Axe"] == "Exercice");
        var (envelope, costs) = (await scene.Envelope(), (await Report(scene)).Costs);
        Assert.Equal(("2026", "100000,00"), (year["Valeur"], year["Accordé"]));
        Assert.Equal((envelope.Engaged.ToCents(), envelope.Consumed.ToCents(), envelope.Remaining.ToCents()), (Of(year, "Engagé"), Of(year, "Consommé"), Of(year, "Restant")));
        Assert.Equal((42_000L + 10_500, 13_500L + 10_500), (Of(year, "Liquidé"), Of(year, "Reste à consommer")));
        Assert.Equal(Of(year, "Accordé"), Of(year, "Consommé") + Of(year, "Reste à consommer") + Of(year, "Restant"));
        Assert.Equal(
            (costs.PerSession.ToCents(), costs.PerCase.ToCents(), costs.PerParticipation.ToCents()),
            (Of(year, "Coût par séance"), Of(year, "Coût par situation"), Of(year, "Coût par participation")));

        string[] amounts = ["Participations", "Engagé", "Liquidé", "Consommé", "Reste à consommer"];
        foreach (var (axis, values) in new (string, string[])[]
        {
            ("Mois", ["2026-09", "2026-10", "2026-11"]), ("Pôle", ["poles/P07", "poles/P12"]), ("Profession", ["TRE_G15 10", "TRE_G15 21"]), ("Mode", ["PRESENTIEL", "VISIO"]),
        })
        {
            var rows = summary.Rows.Where(r => r["Axe"] == axis).ToList();
            Assert.Equal(values, rows.Select(r => r["Valeur"]));
            Assert.All(amounts, a => Assert.Equal(Of(year, a), rows.Sum(r => Of(r, a))));
        }

        Assert.Equal(Of(year, "Restant"), Of(summary.Rows.Last(r => r["Axe"] == "Mois"), "Restant"));
        Assert.All(summary.Rows.Where(r => r["Axe"] is "Pôle" or "Profession" or "Mode"), r => Assert.Equal(("", ""), (r["Accordé"], r["Restant"])));
        var detail = (await fixture.Funding(scene.Programme, Table.Rows)).Rows;
        Assert.All(amounts, a => Assert.Equal((Of(year, a), Of(year, a)), (Of(detail[^1], a), detail.SkipLast(1).Sum(r => Of(r, a)))));
        Assert.Equal(Of(year, "Liquidé"), (await fixture.Funding(scene.Programme, Table.Sessions)).Rows.Sum(r => Of(r, "Coût")));
        var runs = (await fixture.Funding(scene.Programme, Table.Runs)).Rows;
        Assert.Equal(Of(year, "Consommé"), runs.Sum(r => Of(r, "Part de l'enveloppe") - Of(r, "Dont rejeté")));
        var file = XDocument.Load(Path.Combine(fixture.PaymentFolder, run.FilePath));
        Assert.Equal(year["Consommé"].Replace(',', '.'), file.Descendants().First(e => e.Name.LocalName == "CtrlSum").Value);
    }

    [Fact]
    public async Task An_envelope_of_which_nothing_is_engaged_is_whole()
    {
        var scene = await fixture.NewScene();
        var year = Assert.Single((await fixture.Funding(scene.Programme, Table.Summary)).Rows);
        Assert.Equal(("100000,00", "0,00", "100000,00", ""), (year["Accordé"], year["Engagé"], year["Restant"], year["Coût par séance"]));
    }

    [Fact]
    public async Task A_cent_that_is_not_where_it_should_be_is_named()
    {
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            var scene = await own.NewScene();
            await Play(scene);
            await scene.ReleasedRun();
            await own.AsOwner("set session_replication_role = replica; update payment_run set total_cents = total_cents + 1; update envelope set consumed_cents = consumed_cents - 1");

            var report = await own.Reports().GetFundingReportAsync(RequestOf(scene), Tokens.As(Finance.Auditor, Scene.Later));
            Assert.False(report.Reconciled);
            Assert.Contains(report.Differences, d => d.StartsWith("Lot paymentRuns/", StringComparison.Ordinal) && d.Contains("420,01", StringComparison.Ordinal));
            Assert.Contains(report.Differences, d => d.StartsWith("Consommé de envelopes/", StringComparison.Ordinal) && d.Contains("419,99", StringComparison.Ordinal));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("", 2026, "PROGRAMME_INVALID")]
    [InlineData("poles/P12", 2026, "PROGRAMME_INVALID")]
    [InlineData("programmes/T1", 26, "FISCAL_YEAR_INVALID")]
    public async Task What_does_not_name_an_envelope_is_refused(string programme, int year, string reason)
    {
        await Refused.With(StatusCode.InvalidArgument, reason, () => fixture.Reports().GetFundingReportAsync(
            new GetFundingReportRequest { Programme = programme, FiscalYear = year }, Tokens.As(Finance.Auditor)));
        await Refused.With(StatusCode.InvalidArgument, reason, () => fixture.Reports().ListFundingRowsAsync(
            new ListFundingRowsRequest { Programme = programme, FiscalYear = year }, Tokens.As(Finance.Auditor)));
        await Refused.With(StatusCode.InvalidArgument, reason, () => fixture.Reports().ForecastEnvelopeAsync(
            new ForecastEnvelopeRequest { Programme = programme, FiscalYear = year }, Tokens.As(Finance.Auditor)));
    }

    [Fact]
    public async Task An_unknown_axis_and_an_envelope_that_is_not_there_are_refused()
    {
        await Refused.With(StatusCode.InvalidArgument, "DIMENSION_INVALID", () => fixture.Reports().ListFundingRowsAsync(
            new ListFundingRowsRequest { Programme = "programmes/T1", FiscalYear = 2026, Dimensions = { (FundingDimension)9 } }, Tokens.As(Finance.Auditor)));
        await Refused.With(StatusCode.FailedPrecondition, "ENVELOPE_MISSING", () => fixture.Reports().GetFundingReportAsync(
            new GetFundingReportRequest { Programme = "programmes/NONE", FiscalYear = 2026 }, Tokens.As(Finance.Auditor)));
        await Exports.Refuses(StatusCode.FailedPrecondition, "ENVELOPE_MISSING", () => fixture.Funding("programmes/NONE", Table.Rows));
        await Exports.Refuses(StatusCode.InvalidArgument, "TABLE_INVALID", () => fixture.Funding("programmes/T1", (Table)9));
    }

    private static long Of(Dictionary<string, string> row, string column) => Exported.Cents(row[column]);

    private static GetFundingReportRequest RequestOf(Scene scene) => new() { Programme = scene.Programme, FiscalYear = 2026 };

    private async Task<GetFundingReportResponse> Report(Scene scene) =>
        await fixture.Reports().GetFundingReportAsync(RequestOf(scene), Tokens.As(Finance.Auditor, Scene.Later));

    private async Task<List<FundingRow>> Rows(Scene scene, params FundingDimension[] dimensions)
    {
        var rows = new List<FundingRow>();
        var request = new ListFundingRowsRequest { Programme = scene.Programme, FiscalYear = 2026, PageSize = 1, Dimensions = { dimensions } };
        do
        {
            var page = await fixture.Reports().ListFundingRowsAsync(request, Tokens.As(Finance.Auditor));
            rows.AddRange(page.Rows);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return rows;
    }

    /// <summary>Two sessions certified and approved: September in P12 with three cases, October in P07 with two.</summary>
    internal static async Task Play(Scene scene)
    {
        var (doctor, second, remote, pharmacist) = (await scene.NewPerson(), await scene.NewPerson(), await scene.NewPerson(), await scene.NewPerson("21"));
        var september = scene.NewSession(new DateOnly(2026, 9, 15));
        await Certify(scene, september, 3, doctor.Present(september, 80), remote.Present(september, 30, video: true));
        var october = scene.NewSession(new DateOnly(2026, 10, 13), "poles/P07");
        await Certify(scene, october, 2, second.Present(october, 80), pharmacist.Present(october, 80));
        await scene.Approve([.. await scene.LinesOf(september), .. await scene.LinesOf(october)]);
    }

    private static Task Certify(Scene scene, SessionAt session, int cases, params Scheduling.V1.AttendanceLine[] lines)
    {
        var sheet = scene.SheetOf(session, lines);
        sheet.DiscussedCases = cases;
        return scene.Fixture.Deliver("scheduling", sheet, session.Name, session.EndTime.AddHours(1));
    }

    private static async Task Unpaid(Scene scene)
    {
        var session = scene.NewSession(new DateOnly(2026, 11, 17));
        await scene.Convene(session, await scene.NewPerson());
    }
}
