using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Propose, approve, release: three people, once.</summary>
public sealed class RunVerbTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Scene.Later);
    private static readonly Metadata Approver = Tokens.As(Finance.Approver, Scene.Later);
    private static readonly Metadata Releaser = Tokens.As(Finance.Releaser, Scene.Later);

    private IndemnisationService.IndemnisationServiceClient Service => fixture.Service;

    [Fact]
    public async Task A_run_takes_each_line_once_one_payment_per_payee()
    {
        var scene = await Approved(2);
        var run = (await Verb.Once(r => Service.ProposePaymentRunAsync(r, Officer), scene.ProposeOf(), r => r.ExecutionDate.Day++)).PaymentRun;
        Assert.Equal(2, run.Payments.Count);
        Assert.Equal(run.Total.ToCents(), run.Payments.Sum(p => p.Amount.ToCents()!.Value));
        Assert.Equal(4, run.Payments.SelectMany(p => p.Lines).Distinct(StringComparer.Ordinal).Count());
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => Service.ProposePaymentRunAsync(scene.ProposeOf(), Officer));

        var read = await Service.GetPaymentRunAsync(new GetPaymentRunRequest { Name = run.Name }, Tokens.As(Finance.Approver));
        Assert.Equal(run, read.PaymentRun);
        await Verb.OnlyFor((ProposePaymentRunRequest r, Metadata m) => Service.ProposePaymentRunAsync(r, m), [Roles.FinanceOfficer], scene.ProposeOf());
        await Verb.OnlyFor(
            (GetPaymentRunRequest r, Metadata m) => Service.GetPaymentRunAsync(r, m),
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser],
            new GetPaymentRunRequest { Name = run.Name }, new GetPaymentRunRequest { Name = Absent });
    }

    [Fact]
    public async Task Everybody_of_finance_finds_what_awaits_them_newest_first()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var runs = new List<PaymentRun>();
        for (var i = 0; i < 4; i++)
        {
            await scene.Approve(await scene.Held(person));
            runs.Insert(0, await scene.Propose(Scene.Later.AddMinutes(i)));
            runs[0].Payments.Clear();
        }

        var by = Tokens.As(Finance.Approver, Scene.Later.AddHours(1));
        runs[1] = (await Service.ApprovePaymentRunAsync(new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = runs[1].Name, Etag = runs[1].Etag }, by)).PaymentRun;
        runs[1].Payments.Clear();
        var request = new ListPaymentRunsRequest { Programme = scene.Programme, PageSize = 3 };
        var page = await Service.ListPaymentRunsAsync(request, by);
        Assert.Equal(runs[..3], page.PaymentRuns);
        request.PageToken = page.NextPageToken;
        page = await Service.ListPaymentRunsAsync(request, by);
        Assert.Equal((runs[3], ""), (Assert.Single(page.PaymentRuns), page.NextPageToken));
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Service.ListPaymentRunsAsync(
            new ListPaymentRunsRequest(request) { States = { PaymentRun.Types.State.Proposed } }, by));

        async Task<IEnumerable<PaymentRun>> In(params PaymentRun.Types.State[] states) =>
            (await Service.ListPaymentRunsAsync(new ListPaymentRunsRequest { Programme = scene.Programme, States = { states } }, by)).PaymentRuns;
        Assert.Equal([runs[1]], await In(PaymentRun.Types.State.Approved));
        Assert.Equal(runs, await In(PaymentRun.Types.State.Proposed, PaymentRun.Types.State.Approved));
        Assert.Empty(await In(PaymentRun.Types.State.Released));
        Assert.Superset(runs.Select(r => r.Name).ToHashSet(), (await Service.ListPaymentRunsAsync(new ListPaymentRunsRequest { PageSize = 1000 }, by)).PaymentRuns.Select(r => r.Name).ToHashSet());
        await Verb.OnlyFor(
            (ListPaymentRunsRequest r, Metadata m) => Service.ListPaymentRunsAsync(r, m),
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser], new ListPaymentRunsRequest());
    }

    [Fact]
    public async Task Who_finds_nothing_to_pay_is_told_the_run_that_has_the_lines()
    {
        var scene = await Approved(1);
        var run = await scene.Propose();
        async Task<string?> Named(ProposePaymentRunRequest request) => (await Refused.With(
            StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => Service.ProposePaymentRunAsync(request, Officer))).Detail<Google.Rpc.ErrorInfo>()!.Metadata.GetValueOrDefault("paymentRun");
        Assert.Equal(run.Name, await Named(scene.ProposeOf()));
        var early = scene.ProposeOf();
        early.UpToDate.Month = 8;
        Assert.Null(await Named(early));

        run = (await Service.ApprovePaymentRunAsync(new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Approver)).PaymentRun;
        Assert.Equal(run.Name, await Named(scene.ProposeOf()));
        await Service.ReleasePaymentRunAsync(new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Releaser);
        Assert.Null(await Named(scene.ProposeOf()));
    }

    [Fact]
    public async Task Two_proposals_at_once_never_take_the_same_line()
    {
        var scene = await Approved(3);
        var runs = (await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                return (await Service.ProposePaymentRunAsync(scene.ProposeOf(), Officer)).PaymentRun;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                return null;
            }
        }))).OfType<PaymentRun>().ToList();
        Assert.Single(runs);
    }

    [Fact]
    public async Task Who_proposed_certified_or_is_paid_does_not_approve_nor_release()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        await scene.Approve(await scene.Held(person));
        var run = await scene.Propose();
        var approve = new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag };
        foreach (var subject in new[] { Finance.Officer.Subject, "professionals/PER-REFERENT", person.Name })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Service.ApprovePaymentRunAsync(
                approve, Tokens.As(Tokens.Of(Roles.FinanceApprover, subject), Scene.Later)));
        }

        var approved = (await Service.ApprovePaymentRunAsync(approve, Approver)).PaymentRun;
        var release = new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = approved.Etag };
        foreach (var subject in new[] { Finance.Officer.Subject, Finance.Approver.Subject, "professionals/PER-REFERENT", person.Name })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Service.ReleasePaymentRunAsync(
                release, Tokens.As(Tokens.Of(Roles.FinanceReleaser, subject), Scene.Later)));
        }

        await Service.ReleasePaymentRunAsync(release, Releaser);
    }

    [Fact]
    public async Task Approval_is_once_by_the_current_etag_by_approvers()
    {
        var scene = await Approved(1);
        var run = await scene.Propose();
        ApprovePaymentRunRequest Request(string name, string etag) => new() { RequestId = Scene.NewId(), Name = name, Etag = etag };
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Service.ApprovePaymentRunAsync(Request(run.Name, ""), Approver));
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Service.ApprovePaymentRunAsync(Request(run.Name, "v9"), Approver));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Service.ApprovePaymentRunAsync(Request(Absent, "v1"), Approver));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => Service.ApprovePaymentRunAsync(Request("paymentRuns/1", "v1"), Approver));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Service.ApprovePaymentRunAsync(
            Request(run.Name, run.Etag), Tokens.As(Finance.Approver, Scene.Start)));
        await Verb.OnlyFor(
            (ApprovePaymentRunRequest r, Metadata m) => Service.ApprovePaymentRunAsync(r, m), [Roles.FinanceApprover],
            Request(run.Name, run.Etag), Request(Absent, "v1"));

        var approved = (await Verb.Once(r => Service.ApprovePaymentRunAsync(r, Approver), Request(run.Name, run.Etag), r => r.Etag = "v2")).PaymentRun;
        Assert.Equal(PaymentRun.Types.State.Approved, approved.State);
        await Refused.With(StatusCode.FailedPrecondition, "RUN_NOT_PROPOSED", () => Service.ApprovePaymentRunAsync(Request(run.Name, approved.Etag), Approver));
    }

    [Fact]
    public async Task Release_is_once_for_ever_and_pays_what_was_approved()
    {
        var scene = await Approved(2);
        var proposed = await scene.Propose();
        ReleasePaymentRunRequest Request(string name, string etag) => new() { RequestId = Scene.NewId(), Name = name, Etag = etag };
        await Refused.With(StatusCode.FailedPrecondition, "RUN_NOT_APPROVED", () => Service.ReleasePaymentRunAsync(Request(proposed.Name, proposed.Etag), Releaser));
        var run = (await Service.ApprovePaymentRunAsync(
            new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = proposed.Name, Etag = proposed.Etag }, Approver)).PaymentRun;
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Service.ReleasePaymentRunAsync(Request(run.Name, ""), Releaser));
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Service.ReleasePaymentRunAsync(Request(run.Name, proposed.Etag), Releaser));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Service.ReleasePaymentRunAsync(Request(Absent, "v1"), Releaser));
        await Verb.OnlyFor(
            (ReleasePaymentRunRequest r, Metadata m) => Service.ReleasePaymentRunAsync(r, m), [Roles.FinanceReleaser],
            Request(run.Name, run.Etag), Request(Absent, "v1"));
        await Refused.With(StatusCode.FailedPrecondition, "RUN_NOT_RELEASED", () => Service.GetPaymentFileAsync(new GetPaymentFileRequest { Name = run.Name }, Releaser));

        var released = (await Verb.Once(r => Service.ReleasePaymentRunAsync(r, Releaser), Request(run.Name, run.Etag), r => r.Etag = "v9")).PaymentRun;
        await Refused.With(StatusCode.FailedPrecondition, "RUN_ALREADY_RELEASED", () => Service.ReleasePaymentRunAsync(Request(run.Name, released.Etag), Releaser));
        var said = Assert.Single(await fixture.Said(run.Name)).As<Events.V1.PaymentRunReleased>();
        Assert.Equal(
            released.Payments.Select(p => (p.Name, p.Payee, p.Amount.ToCents()!.Value, p.Lines)),
            said.Payments.Select(p => (p.Payment, p.Payee, p.AmountCents, p.Indemnities)));
        Assert.Equal((run.Name, released.Total.ToCents()!.Value, released.Payments.Count, true), (said.PaymentRun, said.TotalCents, said.PaymentCount, said.Last));

        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }

    [Fact]
    public async Task A_run_whose_day_of_execution_is_over_is_withdrawn_and_proposed_anew()
    {
        // In Paris the 7th of December ends at 23:00 UTC.
        var night = new DateTimeOffset(2026, 12, 7, 23, 0, 0, TimeSpan.Zero);
        var scene = await Approved(1);
        var proposed = await scene.Propose();
        ApprovePaymentRunRequest Approval(PaymentRun r) => new() { RequestId = Scene.NewId(), Name = r.Name, Etag = r.Etag };
        ReleasePaymentRunRequest Release(PaymentRun r) => new() { RequestId = Scene.NewId(), Name = r.Name, Etag = r.Etag };
        await Refused.With(StatusCode.FailedPrecondition, "EXECUTION_DATE_PAST", () => Service.ApprovePaymentRunAsync(
            Approval(proposed), Tokens.As(Finance.Approver, night)));
        var run = (await Service.ApprovePaymentRunAsync(Approval(proposed), Tokens.As(Finance.Approver, night.AddSeconds(-1)))).PaymentRun;
        await Refused.With(StatusCode.FailedPrecondition, "EXECUTION_DATE_PAST", () => Service.ReleasePaymentRunAsync(
            Release(run), Tokens.As(Finance.Releaser, night)));

        var withdrawn = (await Service.WithdrawPaymentRunAsync(
            new WithdrawPaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Officer, night))).PaymentRun;
        Assert.Equal(Payment.Types.State.Withdrawn, Assert.Single(withdrawn.Payments).State);
        Assert.Equal(withdrawn.Payments, (await Service.ListPaymentsAsync(new ListPaymentsRequest { Name = run.Name }, Officer)).Payments);
        var request = scene.ProposeOf();
        request.ExecutionDate.Day++;
        var anew = (await Service.ProposePaymentRunAsync(request, Tokens.As(Finance.Officer, night))).PaymentRun;
        Assert.Equal(run.Payments.Select(p => p.Lines), anew.Payments.Select(p => p.Lines));
        anew = (await Service.ApprovePaymentRunAsync(Approval(anew), Tokens.As(Finance.Approver, night))).PaymentRun;
        var released = await Service.ReleasePaymentRunAsync(Release(anew), Tokens.As(Finance.Releaser, night.AddDays(1).AddSeconds(-1)));
        Assert.Equal(PaymentRun.Types.State.Released, released.PaymentRun.State);
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task What_a_proposal_must_say()
    {
        var scene = await Approved(1);
        var request = scene.ProposeOf();
        request.Programme = "ADDICTIONS";
        await Refused.With(StatusCode.InvalidArgument, "PROGRAMME_INVALID", () => Service.ProposePaymentRunAsync(request, Officer));
        request = scene.ProposeOf();
        request.UpToDate = null;
        await Refused.With(StatusCode.InvalidArgument, "DATE_INVALID", () => Service.ProposePaymentRunAsync(request, Officer));
        request = scene.ProposeOf();
        request.ExecutionDate.Year = 2025;
        await Refused.With(StatusCode.InvalidArgument, "EXECUTION_DATE_PAST", () => Service.ProposePaymentRunAsync(request, Officer));
        request.ExecutionDate.Year = 2027;
        await Refused.With(StatusCode.InvalidArgument, "EXECUTION_DATE_FAR", () => Service.ProposePaymentRunAsync(request, Officer));
        request = scene.ProposeOf();
        request.UpToDate.Month = 8;
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => Service.ProposePaymentRunAsync(request, Officer));
    }

    private static string Absent => $"paymentRuns/{Guid.CreateVersion7()}";

    /// <summary>A scene with two approved sessions of so many people.</summary>
    private async Task<Scene> Approved(int people)
    {
        var scene = await fixture.NewScene();
        var present = new List<Person>();
        for (var i = 0; i < people; i++)
        {
            present.Add(await scene.NewPerson());
        }

        await scene.Approve([.. await scene.Held([.. present]), .. await scene.Held([.. present])]);
        return scene;
    }
}
