using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Many sheets, lines and payments at once: the same outcome as one by one, and fewer events that say as much.</summary>
public sealed class BulkVerbTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Later);

    private IndemnisationService.IndemnisationServiceClient Service => fixture.Service;

    [Fact]
    public async Task Sheets_in_one_batch_are_capped_in_the_order_of_their_sessions_and_each_counts_once()
    {
        // Enough for one and a half participations.
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = 20_000 });
        var person = await scene.NewPerson();
        var (first, second) = (scene.NewSession(), scene.NewSession());
        CertifiedSheet Heard(SessionAt s) => new(scene.SheetOf(s, person.Present(s, 80)), s.EndTime.AddHours(1), null);
        var record = new RecordAttendance(new Calculator(new Caps()));
        await fixture.Db.InTransaction(tx => record.Handle(tx, [Heard(second), Heard(first), Heard(second)]), CancellationToken.None);
        Assert.Equal((13_500L, ""), await Only(scene, first));
        Assert.Equal((6_500L, "CAP_ENVELOPE"), await Only(scene, second));

        // The ordinary line with its session, the reduced one by itself, neither twice.
        Assert.Equal(13_500, Assert.Single((await fixture.Said(first.Name)).Single().As<SessionSettled>().Indemnities).AmountCents);
        Assert.Empty((await fixture.Said(second.Name)).Single().As<SessionSettled>().Indemnities);
        var (ordinary, reduced) = ((await scene.LinesOf(first))[0], (await scene.LinesOf(second))[0]);
        Assert.Empty(await fixture.Said(ordinary.Name));
        Assert.Equal(["indemnity_recorded", "indemnity_calculated"], (await fixture.Said(reduced.Name)).Select(e => e.EventType.Split('.')[2]));
        var books = await scene.Reconcile();
        Assert.True(books.Reconciled, string.Join('\n', books.Differences));
    }

    [Fact]
    public async Task A_programme_is_approved_once_session_by_session()
    {
        var scene = await fixture.NewScene();
        var (doctor, pharmacist) = (await scene.NewPerson(), await scene.NewPerson("21"));
        var sessions = new List<SessionAt>();
        for (var i = 0; i < 3; i++)
        {
            var session = scene.NewSession();
            await scene.Certify(session, doctor.Present(session, 80), pharmacist.Present(session, 80));
            sessions.Add(session);
        }

        var request = Request(scene) with { UpTo = sessions[1].Date };
        var approved = await Verb.Once(r => Service.ApproveProgrammeLinesAsync(r, Officer), request.ToProto(), r => r.UpToDate.Day++);
        Assert.Equal((4, 2, 48_000L, 0), (approved.ApprovedLines, approved.ApprovedSessions, approved.Total.ToCents()!.Value, approved.LeftLines));
        foreach (var session in sessions[..2])
        {
            var lines = await scene.LinesOf(session);
            Assert.All(lines, l => Assert.Equal(LineState.Approved, l.State));
            var said = (await fixture.Said(session.Name))[^1].As<SessionIndemnitiesApproved>();
            Assert.Equal(24_000, said.TotalCents);
            Assert.Equal(lines.Select(l => l.Name).Order(StringComparer.Ordinal), said.Indemnities.Order(StringComparer.Ordinal));
        }

        Assert.All(await scene.LinesOf(sessions[2]), l => Assert.Equal(LineState.Calculated, l.State));
        var rest = await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Officer);
        Assert.Equal((2, 1), (rest.ApprovedLines, rest.ApprovedSessions));
        Assert.Equal(0, (await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Officer)).ApprovedLines);
        var run = await scene.ReleasedRun();
        Assert.Equal((2, 6, 72_000L), (run.PaymentCount, run.LineCount, run.Total.ToCents()!.Value));
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task What_concerns_the_approver_is_left_to_somebody_else()
    {
        var scene = await fixture.NewScene();
        var (mine, other) = (await scene.NewPerson(), await scene.NewPerson());
        await scene.Held(mine, other);
        var me = new DevelopmentClaims("me@finance", [Roles.FinanceOfficer]) { Rpps = mine.Rpps };
        var approved = await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Tokens.As(me, Scene.Later));
        Assert.Equal((1, 1), (approved.ApprovedLines, approved.LeftLines));
        var certifier = new DevelopmentClaims("professionals/PER-REFERENT", [Roles.FinanceOfficer]);
        approved = await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Tokens.As(certifier, Scene.Later));
        Assert.Equal((0, 1), (approved.ApprovedLines, approved.LeftLines));
        Assert.Equal(1, (await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Officer)).ApprovedLines);
    }

    [Fact]
    public async Task Approvals_at_once_approve_each_line_once_and_nothing_that_is_being_corrected()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var lines = new List<IndemnityLine>();
        for (var i = 0; i < 6; i++)
        {
            lines.AddRange(await scene.Held(person));
        }

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                return i % 2 == 0
                    ? (await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Officer)).ApprovedLines
                    : (await scene.Approve([lines[i]])).ApprovedLines;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                return 0;
            }
        }));
        Assert.Equal(6, outcomes.Sum());
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task Who_may_and_what_is_a_valid_request()
    {
        var scene = await fixture.NewScene();
        await scene.Held(await scene.NewPerson());
        await Verb.OnlyFor((ApproveProgrammeLinesRequest r, Metadata m) => Service.ApproveProgrammeLinesAsync(r, m), [Roles.FinanceOfficer], Request(scene).ToProto());
        await Refused.With(StatusCode.InvalidArgument, "PROGRAMME_INVALID", () => Service.ApproveProgrammeLinesAsync((Request(scene) with { Programme = "X" }).ToProto(), Officer));
        await Refused.With(StatusCode.InvalidArgument, "DATE_INVALID", () => Service.ApproveProgrammeLinesAsync((Request(scene) with { UpTo = null }).ToProto(), Officer));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Service.ApproveProgrammeLinesAsync(
            Request(scene).ToProto(), Tokens.As(Finance.Officer, Scene.Start)));
    }

    [Fact]
    public async Task Payments_and_their_lines_are_read_page_by_page()
    {
        var scene = await fixture.NewScene();
        Person[] people = [await scene.NewPerson(), await scene.NewPerson(), await scene.NewPerson()];
        await scene.Held(people);
        await scene.Held(people);
        await Service.ApproveProgrammeLinesAsync(Request(scene).ToProto(), Officer);
        var run = await scene.ReleasedRun();
        var paged = new List<Payment>();
        var request = new ListPaymentsRequest { Name = run.Name, PageSize = 2 };
        do
        {
            var page = await Service.ListPaymentsAsync(request, Tokens.As(Finance.Releaser));
            paged.AddRange(page.Payments);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(run.Payments, paged);
        var own = (await Service.ListLinesAsync(new ListLinesRequest { Payment = paged[1].Name }, Tokens.As(Finance.Officer))).Lines;
        Assert.Equal(paged[1].Lines.Order(StringComparer.Ordinal), own.Select(l => l.Name).Order(StringComparer.Ordinal));
        await Refused.With(StatusCode.InvalidArgument, "PAYMENT_INVALID", () => Service.ListLinesAsync(new ListLinesRequest { Payment = "payments/1" }, Tokens.As(Finance.Officer)));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Service.ListPaymentsAsync(
            new ListPaymentsRequest { Name = $"paymentRuns/{Guid.CreateVersion7()}" }, Tokens.As(Finance.Releaser)));
        await Verb.OnlyFor(
            (ListPaymentsRequest r, Metadata m) => Service.ListPaymentsAsync(r, m),
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser], new ListPaymentsRequest { Name = run.Name });
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(500, 1, 1)]
    [InlineData(501, 1, 2)]
    [InlineData(500, 4, 1)]
    [InlineData(500, 5, 2)]
    [InlineData(2, 3_000, 3)]
    public void A_run_is_said_in_parts_that_fit_an_event_and_say_all_of_it(int payments, int linesEach, int expected)
    {
        var run = new RunRow { Id = Guid.CreateVersion7(), Programme = "programmes/ADDICTIONS", PaymentCount = payments, TotalCents = payments * 99_999_999_999L, ExecutionDate = new DateOnly(2026, 12, 7) };
        var said = new RunSaid(run);
        var paid = Enumerable.Range(0, payments).Select(_ => new PaymentRow
        {
            Id = Guid.CreateVersion7(), Payee = $"payees/{new string('X', 50)}", AmountCents = 99_999_999_999, Lines = [.. Enumerable.Range(0, linesEach).Select(_ => Guid.CreateVersion7())],
        }).ToList();
        paid.ForEach(said.Add);
        Assert.Equal(Enumerable.Range(1, expected), said.Parts.Select(p => p.Part));
        Assert.All(said.Parts, p => Assert.InRange(ServiceDefaults.Messaging.EventJson.Format(p).Length, 1, 262_143));
        var rebuilt = said.Parts.SelectMany(p => p.Payments).GroupBy(p => p.Payment, StringComparer.Ordinal).ToList();
        Assert.Equal(paid.Select(p => (p.Name, p.AmountCents)), rebuilt.Select(g => (g.Key, g.Sum(p => p.AmountCents))));
        Assert.Equal(paid.SelectMany(p => p.Lines.Select(l => $"indemnities/{l}")), rebuilt.SelectMany(g => g.SelectMany(p => p.Indemnities)));
    }

    private static Approval Request(Scene scene) => new(scene.Programme, new DateOnly(2026, 12, 31));

    private static async Task<(long, string)> Only(Scene scene, SessionAt session)
    {
        var line = Assert.Single(await scene.LinesOf(session));
        return (line.Amount.ToCents()!.Value, line.Reason);
    }

    private sealed record Approval(string Programme, DateOnly? UpTo)
    {
        public ApproveProgrammeLinesRequest ToProto() => new() { RequestId = Scene.NewId(), Programme = Programme, UpToDate = UpTo?.ToProto() };
    }
}
