using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Indemnisation.Tests;

/// <summary>A closed year is closed: what comes after is kept with its reason and moves no figure of it.</summary>
public sealed class ClosedYearTests(ClosedYearTests.ClosedYear closed) : IClassFixture<ClosedYearTests.ClosedYear>
{
    private static readonly DateTimeOffset AfterYear = new(2027, 6, 30, 8, 0, 0, TimeSpan.Zero);

    /// <summary>A database of its own: a year is closed for all programmes.</summary>
    public sealed class ClosedYear : IndemnisationFixture;

    [Fact]
    public async Task After_the_close_attendances_wait_with_their_reason_and_figures_stand_still()
    {
        var scene = await closed.NewScene();
        var person = await scene.NewPerson();
        var (paid, open, convened, late) = (scene.NewSession(), scene.NewSession(), scene.NewSession(), scene.NewSession());
        await scene.Certify(paid, person.Present(paid, 80));
        await scene.Approve(await scene.LinesOf(paid));
        await scene.Certify(open, (await scene.NewPerson(payee: false)).Present(open, 80));
        await scene.Convene(convened, person);

        await Refused.With(StatusCode.FailedPrecondition, "FISCAL_YEAR_NOT_OVER", () => Close(scene, Scene.Later));
        await Refused.With(StatusCode.InvalidArgument, "FISCAL_YEAR_INVALID", () => scene.Service.CloseFiscalYearAsync(
            new CloseFiscalYearRequest { RequestId = Scene.NewId(), FiscalYear = 26 }, Tokens.As(Finance.Approver, AfterYear)));
        var request = new CloseFiscalYearRequest { RequestId = Scene.NewId(), FiscalYear = 2026 };
        await Verb.OnlyFor((CloseFiscalYearRequest r, Metadata m) => scene.Service.CloseFiscalYearAsync(r, m), [Roles.FinanceApprover], request);
        var answer = await Verb.Once(r => scene.Service.CloseFiscalYearAsync(r, Tokens.As(Finance.Approver, AfterYear)), request, r => r.FiscalYear--);
        Assert.Equal(1, answer.CancelledLines);
        Assert.Equal(0, (await Close(scene, AfterYear.AddDays(1))).CancelledLines);
        Assert.Equal("FISCAL_YEAR_CLOSED", Assert.Single(await scene.LinesOf(convened)).Reason);
        var engaged = (await scene.Envelope()).Engaged.ToCents();

        await Late(scene.SheetOf(late, person.Present(late, 80)), late);
        await Late(scene.SheetOf(convened, person.Present(convened, 80)), convened);
        foreach (var session in new[] { late, convened })
        {
            var line = (await scene.LinesOf(session)).Single(l => l.State == LineState.Recorded);
            Assert.Equal(("FISCAL_YEAR_CLOSED", 13_500L), (line.Reason, line.Amount.ToCents()!.Value));
            Assert.Equal("FISCAL_YEAR_CLOSED", (await closed.Said(line.Name)).Single().As<IndemnityRecorded>().Indemnity.Reason);
            Assert.Equal(1, (await closed.Said(session.Name)).Single().As<SessionSettled>().WaitingLines);
        }

        // What was recorded before the close keeps its year: it was in the accruals.
        await Corrected(scene, paid, person, person.Present(paid, 40));
        var lines = await scene.LinesOf(paid);
        Assert.Equal(
            [(LineState.Approved, 13_500L, ""), (LineState.Recorded, 6_750L, "FISCAL_YEAR_CLOSED")],
            lines.OrderBy(l => l.Revision).Select(l => (l.State, l.Amount.ToCents()!.Value, l.Reason)));
        await Corrected(scene, paid, person, line: null, revision: 3);
        Assert.Equal((LineState.Recorded, 0L, "FISCAL_YEAR_CLOSED"), (await scene.LinesOf(paid)).Where(l => l.Revision == 3).Select(l => (l.State, l.Amount.ToCents()!.Value, l.Reason)).Single());

        Assert.Equal(engaged, (await scene.Envelope()).Engaged.ToCents());
        var run = (await scene.Service.ProposePaymentRunAsync(
            new ProposePaymentRunRequest(scene.ProposeOf()) { ExecutionDate = new DateOnly(2027, 8, 2).ToProto() }, Tokens.As(Finance.Officer, AfterYear.AddDays(9)))).PaymentRun;
        Assert.Equal(13_500, run.Total.ToCents());
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
        await NobodyReopens();
    }

    private static AsyncUnaryCall<CloseFiscalYearResponse> Close(Scene scene, DateTimeOffset now) => scene.Service.CloseFiscalYearAsync(
        new CloseFiscalYearRequest { RequestId = Scene.NewId(), FiscalYear = 2026 }, Tokens.As(Finance.Approver, now));

    private Task Late(AttendanceCertified sheet, SessionAt session) => closed.Deliver("scheduling", sheet, session.Name, AfterYear.AddDays(2));

    private Task Corrected(Scene scene, SessionAt session, Person person, Scheduling.V1.AttendanceLine? line, int revision = 2) => closed.Deliver(
        "scheduling", new AttendanceCorrected
        {
            Session = session.Name, Pole = session.Pole, Programme = scene.Programme, Date = session.Date.ToProto(), StartInstant = session.StartTime.ToProto(),
            EndInstant = session.EndTime.ToProto(), Certifiers = { "professionals/PER-REFERENT" }, Professional = person.Name, Revision = revision, Line = line, Reason = "TIME_WRONG",
        },
        session.Name, AfterYear.AddDays(3), streamNo: revision);

    private async Task NobodyReopens()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => closed.AsOwner("delete from fiscal_year_close"));
        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
    }
}
