using System.Globalization;
using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Tests.Reports;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Table = Intervision.Indemnisation.V1.ExportFundingReportRequest.Types.Table;

namespace Intervision.Indemnisation.Tests;

/// <summary>What came after the close is paid, or taken back, out of a later year; the closed one stands still.</summary>
public sealed class CarriedYearTests : IAsyncLifetime
{
    /// <summary>A database for each test: a year is closed for all programmes, for good.</summary>
    private readonly IndemnisationFixture closed = new();

    private static readonly DateTimeOffset Close = new(2027, 6, 30, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = Close.AddDays(5);

    public ValueTask InitializeAsync() => closed.InitializeAsync();

    public ValueTask DisposeAsync() => closed.DisposeAsync();

    [Fact]
    public async Task A_late_sheet_is_paid_by_the_year_that_is_said_and_a_late_correction_takes_back_what_was_too_much()
    {
        var (scene, paid, late) = await Closed();
        var (person, other) = (await scene.NewPerson(), await scene.NewPerson());
        await PaidBefore(scene, paid, person, other);
        await CloseYear(scene);
        var accruals = await closed.Accruals(2026, Close);
        await closed.Deliver("scheduling", scene.SheetOf(late, person.Present(late, 80)), late.Name, Close.AddDays(2));
        await Corrected(scene, paid, person, person.Present(paid, 40), 2);
        Assert.DoesNotContain((await closed.Accruals(2027, After)).Rows, r => r["Charge"] != "TOTAL");
        var (standing, balance) = (await scene.Envelope(), await Balance(scene, 2027));
        Assert.Equal(0, balance);

        var sheet = (await Carry(scene, late)).Lines;
        Assert.Equal((LineState.Calculated, 2027, 13_500L, Next(scene)), sheet.Select(l => (l.State, l.FiscalYear, l.Amount.ToCents()!.Value, l.Envelope)).Single());
        var request = new CarryLateLinesRequest { RequestId = Scene.NewId(), Session = paid.Name, FiscalYear = 2027 };
        await Verb.OnlyFor((CarryLateLinesRequest r, Metadata m) => scene.Service.CarryLateLinesAsync(r, m), [Roles.FinanceApprover], request, new CarryLateLinesRequest(request) { Session = "sessions/ABSENT" });
        var correction = await Verb.Once(r => scene.Service.CarryLateLinesAsync(r, Tokens.As(Finance.Approver, After)), request, r => r.FiscalYear++);
        Assert.Equal([-13_500L, 6_750L], correction.Lines.Select(l => l.Amount.ToCents()!.Value).Order());
        Assert.All(correction.Lines, l => Assert.Equal((2027, LineState.Calculated, 2), (l.FiscalYear, l.State, l.Revision)));
        Assert.Equal(13_500 - 13_500 + 6_750, await Balance(scene, 2027));
        Assert.Equal(standing, await scene.Envelope());
        Assert.Equal(accruals.Text, (await closed.Accruals(2026, After)).Text);
        Assert.Equal(["-135,00", "135,00", "67,50"], (await closed.Accruals(2027, After)).Rows.Where(r => r["Charge"] != "TOTAL").Select(r => r["Montant"]).Order(StringComparer.Ordinal));
        Assert.Equal("CARRIED_OVER", (await scene.LinesOf(late)).Single(l => l.State == LineState.Cancelled).Reason);

        // Approved and netted as any other: 135 € of the late sheet, less the 67.50 € too much.
        await scene.Service.ApproveLinesAsync(
            new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { sheet.Concat(correction.Lines).Select(l => l.Name) } }, Tokens.As(Finance.Officer, After));
        var run = (await scene.Service.ProposePaymentRunAsync(
            new ProposePaymentRunRequest(scene.ProposeOf()) { UpToDate = new DateOnly(2027, 12, 31).ToProto(), ExecutionDate = new DateOnly(2027, 8, 2).ToProto() }, Tokens.As(Finance.Officer, After.AddDays(9)))).PaymentRun;
        Assert.Equal(6_750, Assert.Single(run.Payments).Amount.ToCents());
        await BooksAreRight(scene);
        await Refused.With(StatusCode.FailedPrecondition, "NO_LATE_LINE", () => scene.Service.CarryLateLinesAsync(
            new CarryLateLinesRequest { RequestId = Scene.NewId(), Session = paid.Name, FiscalYear = 2027 }, Tokens.As(Finance.Approver, After)));

        // Somebody who was not there at all; and again, on what was carried before.
        await Corrected(scene, paid, person, line: null, 3);
        Assert.Equal([-6_750L], (await Carry(scene, paid, days: 20)).Lines.Select(l => l.Amount.ToCents()!.Value));
        await BooksAreRight(scene);
    }

    [Fact]
    public async Task The_report_of_the_closed_year_stands_still_and_that_of_the_year_that_pays_adds_up()
    {
        var (scene, paid, late) = await Closed();
        var (person, other) = (await scene.NewPerson(), await scene.NewPerson());
        await PaidBefore(scene, paid, person, other);
        await CloseYear(scene);
        await closed.Deliver("scheduling", scene.SheetOf(late, person.Present(late, 80)), late.Name, Close.AddDays(2));
        await Corrected(scene, paid, person, person.Present(paid, 40), 2);
        var (report, sessions) = (await Report(scene, 2026), await Sessions(scene, 2026));
        Assert.Equal((2, 13_500L), (report.Total.Participations, report.Costs.PerParticipation.ToCents()));

        // What is corrected costs less and was there before: a participation of the year that paid it first, and of no other.
        var carried = (await Carry(scene, late)).Lines.Concat((await Carry(scene, paid)).Lines);
        Assert.Equal((report, sessions), (await Report(scene, 2026), await Sessions(scene, 2026)));
        await NextYearIs(scene, participations: 1, cents: 13_500 - 6_750);

        // Nor does the year stand otherwise once somebody was not there after all.
        await scene.Service.ApproveLinesAsync(new ApproveLinesRequest { RequestId = Scene.NewId(), Names = { carried.Select(l => l.Name) } }, Tokens.As(Finance.Officer, After));
        await Corrected(scene, paid, person, line: null, 3);
        await Carry(scene, paid, days: 20);
        Assert.Equal((report, sessions), (await Report(scene, 2026), await Sessions(scene, 2026)));
        await NextYearIs(scene, participations: 1, cents: 0);
    }

    [Fact]
    public async Task What_cannot_be_carried_is_refused_and_nothing_moves()
    {
        var (scene, open, late) = await Closed();
        var person = await scene.NewPerson();
        await scene.Certify(open, person.Present(open, 80));
        await CloseYear(scene);
        await closed.Deliver("scheduling", scene.SheetOf(late, person.Present(late, 80)), late.Name, Close.AddDays(2));
        await Corrected(scene, open, person, person.Present(open, 40), 2);
        foreach (var (reason, session, year) in new[]
        {
            ("LINE_NOT_APPROVED", open, 2027), ("FISCAL_YEAR_CLOSED", late, 2026), ("FISCAL_YEAR_CLOSED", late, 2025), ("ENVELOPE_MISSING", late, 2028),
        })
        {
            await Refused.With(StatusCode.FailedPrecondition, reason, () => scene.Service.CarryLateLinesAsync(
                new CarryLateLinesRequest { RequestId = Scene.NewId(), Session = session.Name, FiscalYear = year }, Tokens.As(Finance.Approver, After)));
        }

        var next = scene.NewSession(new DateOnly(2027, 3, 9));
        await closed.Deliver("scheduling", scene.SheetOf(next, (await scene.NewPerson(payee: false)).Present(next, 80)), next.Name, After);
        await Refused.With(StatusCode.FailedPrecondition, "NO_LATE_LINE", () => Carry(scene, next));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => scene.Service.CarryLateLinesAsync(
            new CarryLateLinesRequest { RequestId = Scene.NewId(), Session = late.Name, FiscalYear = 2027 }, Tokens.As(Finance.Approver, Close)));
        Assert.Equal(LineState.Recorded, Assert.Single(await scene.LinesOf(late)).State);
        await BooksAreRight(scene);
    }

    [Fact]
    public async Task Of_two_at_once_one_carries()
    {
        var (scene, _, late) = await Closed();
        var person = await scene.NewPerson();
        await CloseYear(scene);
        await closed.Deliver("scheduling", scene.SheetOf(late, person.Present(late, 80)), late.Name, Close.AddDays(2));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            try
            {
                return (await Carry(scene, late)).Lines.Count;
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
            {
                return 0;
            }
        }));
        Assert.Equal([0, 0, 0, 0, 1], answers.Order());
        Assert.Equal(13_500, await Balance(scene, 2027));
        await BooksAreRight(scene);
    }

    private async Task<(Scene Scene, SessionAt First, SessionAt Second)> Closed()
    {
        var scene = await closed.NewScene();
        await scene.Service.PutEnvelopeAsync(
            new PutEnvelopeRequest { RequestId = Scene.NewId(), Envelope = new Envelope(scene.EnvelopeOf(1_000_000)) { FiscalYear = 2027, Name = Next(scene) } },
            Tokens.As(Finance.Approver, Scene.Start));
        return (scene, scene.NewSession(), scene.NewSession());
    }

    private static async Task PaidBefore(Scene scene, SessionAt session, params Person[] people)
    {
        await scene.Certify(session, [.. people.Select(p => p.Present(session, 80))]);
        await scene.Approve(await scene.LinesOf(session));
        await scene.ReleasedRun();
    }

    private static AsyncUnaryCall<CloseFiscalYearResponse> CloseYear(Scene scene) => scene.Service.CloseFiscalYearAsync(
        new CloseFiscalYearRequest { RequestId = Scene.NewId(), FiscalYear = 2026 }, Tokens.As(Finance.Approver, Close));

    private static AsyncUnaryCall<CarryLateLinesResponse> Carry(Scene scene, SessionAt session, int days = 0) => scene.Service.CarryLateLinesAsync(
        new CarryLateLinesRequest { RequestId = Scene.NewId(), Session = session.Name, FiscalYear = 2027 }, Tokens.As(Finance.Approver, After.AddDays(days)));

    private Task Corrected(Scene scene, SessionAt session, Person person, AttendanceLine? line, int revision) => closed.Deliver(
        "scheduling", new AttendanceCorrected
        {
            Session = session.Name, Pole = session.Pole, Programme = scene.Programme, Date = session.Date.ToProto(), StartInstant = session.StartTime.ToProto(),
            EndInstant = session.EndTime.ToProto(), Certifiers = { "professionals/PER-REFERENT" }, Professional = person.Name, Revision = revision, Line = line, Reason = "TIME_WRONG",
        },
        session.Name, revision == 2 ? Close.AddDays(3) : After.AddDays(12), streamNo: revision);

    private async Task NextYearIs(Scene scene, int participations, long cents)
    {
        var report = await Report(scene, 2027);
        Assert.Empty(report.Differences);
        Assert.Equal((participations, cents), (report.Total.Participations, report.Total.Calculated.ToCents()));
        Assert.Equal((null, cents / participations), (report.Costs.PerSession.ToCents(), report.Costs.PerParticipation.ToCents()));
        var table = (await closed.Funding(scene.Programme, Table.Sessions, year: 2027)).Rows;
        Assert.Equal(2, table.Count);
        Assert.Equal(cents, table.Sum(r => Exported.Cents(r["Coût"])));
        Assert.Equal(participations, table.Sum(r => int.Parse(r["Participations"], CultureInfo.InvariantCulture)));
    }

    private async Task<GetFundingReportResponse> Report(Scene scene, int year) => await closed.Reports().GetFundingReportAsync(
        new GetFundingReportRequest { Programme = scene.Programme, FiscalYear = year }, Tokens.As(Finance.Auditor));

    private async Task<string> Sessions(Scene scene, int year) => (await closed.Funding(scene.Programme, Table.Sessions, year: year)).Text;

    private static string Next(Scene scene) => scene.EnvelopeName.Replace("2026", "2027", StringComparison.Ordinal);

    private static async Task<long> Balance(Scene scene, int year) => (await scene.Service.ListEnvelopesAsync(new ListEnvelopesRequest { PageSize = 1000 }, Tokens.As(Finance.Auditor)))
        .Envelopes.Single(e => e.Name == Next(scene) && e.FiscalYear == year).Engaged.ToCents()!.Value;

    private static async Task BooksAreRight(Scene scene)
    {
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }
}
