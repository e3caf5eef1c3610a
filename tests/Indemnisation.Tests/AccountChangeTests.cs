using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Npgsql;
using Stage = Intervision.Indemnisation.Events.V1.PayeeAccountChanged.Types.Stage;

namespace Intervision.Indemnisation.Tests;

/// <summary>Another IBAN: two people, 72 hours without a payment, everybody told; and what the bank says of an account.</summary>
public sealed class AccountChangeTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const string Absent = "payees/ABSENT";
    private static readonly DateTimeOffset Now = Scene.Later;
    private static readonly Metadata Officer = Tokens.As(Finance.Officer, Now);
    private static readonly Metadata Approver = Tokens.As(Finance.Approver, Now);
    private static readonly string Other = SampleIban.Of(777_777);

    private PayeeService.PayeeServiceClient Payees => fixture.Payees;

    [Fact]
    public async Task A_change_is_proposed_confirmed_by_another_and_in_force_72_hours_later()
    {
        var (scene, person) = await Owed();
        var proposal = await Proposal(person);
        var proposed = (await Verb.Once(r => Payees.ProposeBankAccountAsync(r, Officer), proposal, r => r.HolderName += "x")).Record;
        Assert.Equal(("ACCOUNT_CHANGE_PENDING", person.Iban[^4..]), (proposed.HoldReason, proposed.Payee.Iban[^4..]));
        Assert.Equal((Other[^4..], Finance.Officer.Subject, ""), (proposed.PendingChange.Iban[^4..], proposed.PendingChange.Proposer, proposed.PendingChange.Confirmer));

        var confirmation = Confirmation(proposed);
        var confirmed = (await Verb.Once(r => Payees.ConfirmBankAccountAsync(r, Approver), confirmation, r => r.Iban = person.Iban)).Record;
        Assert.Equal(Now.AddHours(72), confirmed.PendingChange.InForceTime.ToDateTimeOffset());
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => Propose(scene, Now.AddHours(72).AddSeconds(-1)));

        var run = (await Propose(scene, Now.AddHours(72))).PaymentRun;
        Assert.Equal(13_500, Assert.Single(run.Payments).Amount.ToCents());
        Assert.Equal(Other, await AccountOf(run));
        var record = await Read(person, Now.AddHours(72));
        Assert.Equal((null, "", Other[^4..]), (record.PendingChange, record.HoldReason, record.Payee.Iban[^4..]));
        Assert.Equal([Stage.Proposed, Stage.Confirmed], (await fixture.Said(person.Payee)).Select(e => e.As<PayeeAccountChanged>().Stage));
    }

    [Fact]
    public async Task Who_proposed_does_not_confirm_and_nobody_else_than_finance_does_anything()
    {
        var (_, person) = await Owed();
        var proposal = await Proposal(person);
        await Verb.OnlyFor((ProposeBankAccountRequest r, Metadata m) => Payees.ProposeBankAccountAsync(r, m), [Roles.FinanceOfficer], proposal, With(proposal, r => r.Name = Absent));
        var record = (await Payees.ProposeBankAccountAsync(proposal, Officer)).Record;
        var confirmation = Confirmation(record);
        await Verb.OnlyFor(
            (ConfirmBankAccountRequest r, Metadata m) => Payees.ConfirmBankAccountAsync(r, m), [Roles.FinanceOfficer, Roles.FinanceApprover], confirmation, With(confirmation, r => r.Name = Absent));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Payees.ConfirmBankAccountAsync(confirmation, Officer));
        var both = Tokens.As(Finance.Officer with { Roles = [Roles.FinanceOfficer, Roles.FinanceApprover] }, Now);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Payees.ConfirmBankAccountAsync(confirmation, both));
        // Nor around the code.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(
            "insert into account_confirmation select id, proposer, propose_time, propose_time + interval '72 hours' from account_change where payee = @Payee", new { person.Payee }));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        var cancellation = new CancelBankAccountRequest { RequestId = Scene.NewId(), Name = person.Payee, Etag = record.Payee.Etag };
        string[] finance = [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser];
        await Verb.OnlyFor((CancelBankAccountRequest r, Metadata m) => Payees.CancelBankAccountAsync(r, m), finance, cancellation, With(cancellation, r => r.Name = Absent));
        await Verb.OnlyFor((GetPayeeRequest r, Metadata m) => Payees.GetPayeeAsync(r, m), finance, new GetPayeeRequest { Name = person.Payee }, new GetPayeeRequest { Name = Absent });
    }

    [Fact]
    public async Task Less_than_72_hours_is_refused_by_the_database()
    {
        var (_, person) = await Owed();
        await Payees.ProposeBankAccountAsync(await Proposal(person), Officer);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(
            "insert into account_confirmation select id, 'x', propose_time, propose_time + interval '71 hours' from account_change where payee = @Payee", new { person.Payee }));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        var changed = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner("update account_change set iban = iban"));
        Assert.Contains("append-only", changed.MessageText, StringComparison.Ordinal);
        var madeWith = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner("update payee set iban = iban where name = @Payee", new { person.Payee }));
        Assert.Contains("append-only", madeWith.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_person_types_the_iban_and_a_slip_is_found()
    {
        var (_, person) = await Owed();
        var record = (await Payees.ProposeBankAccountAsync(await Proposal(person), Officer)).Record;
        var confirmation = Confirmation(record);
        confirmation.Iban = SampleIban.Of(777_778);
        var refused = await Refused.With(StatusCode.FailedPrecondition, "IBAN_DIFFERS", () => Payees.ConfirmBankAccountAsync(confirmation, Approver));
        Assert.DoesNotContain("FR", refused.Status.Detail, StringComparison.Ordinal);
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Payees.ConfirmBankAccountAsync(With(Confirmation(record), r => r.Etag = "v1"), Approver));
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Payees.ConfirmBankAccountAsync(With(Confirmation(record), r => r.Etag = ""), Approver));
    }

    [Fact]
    public async Task During_the_hold_anybody_of_finance_cancels_and_payments_go_on_to_the_old_account()
    {
        var (scene, person) = await Owed();
        var record = (await Payees.ProposeBankAccountAsync(await Proposal(person), Officer)).Record;
        record = (await Payees.ConfirmBankAccountAsync(Confirmation(record), Approver)).Record;
        var again = await Proposal(person);
        await Refused.With(StatusCode.FailedPrecondition, "ACCOUNT_CHANGE_PENDING", () => Payees.ProposeBankAccountAsync(again, Officer));
        var cancel = new CancelBankAccountRequest { RequestId = Scene.NewId(), Name = person.Payee, Etag = record.Payee.Etag };
        var cancelled = await Verb.Once(r => Payees.CancelBankAccountAsync(r, Tokens.As(Finance.Releaser, Now.AddHours(71))), cancel, r => r.Etag = "v9");
        Assert.Equal((null, ""), (cancelled.Record.PendingChange, cancelled.Record.HoldReason));
        var run = (await Propose(scene, Now.AddHours(100))).PaymentRun;
        Assert.Equal(person.Iban, await AccountOf(run));
        await Refused.With(StatusCode.FailedPrecondition, "NO_ACCOUNT_CHANGE", () => Payees.CancelBankAccountAsync(
            new CancelBankAccountRequest { RequestId = Scene.NewId(), Name = person.Payee, Etag = cancelled.Record.Payee.Etag }, Tokens.As(Finance.Releaser, Now.AddHours(100))));
        Assert.Equal([Stage.Proposed, Stage.Confirmed, Stage.Cancelled], (await fixture.Said(person.Payee)).Select(e => e.As<PayeeAccountChanged>().Stage));
    }

    [Fact]
    public async Task A_run_proposed_before_is_not_released_until_it_is_withdrawn_and_proposed_anew()
    {
        var (scene, person) = await Owed();
        var run = await scene.ApprovedRun();
        var record = (await Payees.ProposeBankAccountAsync(await Proposal(person), Officer)).Record;
        var refused = await Refused.With(StatusCode.FailedPrecondition, "PAYEE_ACCOUNT_CHANGED", () => Release(scene, run, Now));
        Assert.Contains(person.Payee, refused.Message, StringComparison.Ordinal);
        await Payees.ConfirmBankAccountAsync(Confirmation(record), Approver);
        await Refused.With(StatusCode.FailedPrecondition, "PAYEE_ACCOUNT_CHANGED", () => Release(scene, run, Now.AddHours(72)));

        var withdrawal = new WithdrawPaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag };
        await Verb.OnlyFor(
            (WithdrawPaymentRunRequest r, Metadata m) => scene.Service.WithdrawPaymentRunAsync(r, m), [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser],
            withdrawal, With(withdrawal, r => r.Name = $"paymentRuns/{Guid.CreateVersion7()}"));
        var withdrawn = await Verb.Once(r => scene.Service.WithdrawPaymentRunAsync(r, Officer), withdrawal, r => r.Etag = "v1");
        Assert.Equal(PaymentRun.Types.State.Withdrawn, withdrawn.PaymentRun.State);
        Assert.Equal(LineState.Approved, Assert.Single(await Lines(scene, person)).State);
        await Refused.With(StatusCode.FailedPrecondition, "RUN_NOT_APPROVED", () => Release(scene, withdrawn.PaymentRun, Now.AddHours(73)));
        await Refused.With(StatusCode.FailedPrecondition, "RUN_NOT_WITHDRAWABLE", () => scene.Service.WithdrawPaymentRunAsync(
            new WithdrawPaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = withdrawn.PaymentRun.Etag }, Officer));

        var anew = (await Propose(scene, Now.AddHours(73))).PaymentRun;
        Assert.Equal(Other, await AccountOf(anew));
        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
    }

    [Fact]
    public async Task A_released_run_is_not_withdrawn()
    {
        var (scene, _) = await Owed();
        var run = await scene.ReleasedRun();
        await Refused.With(StatusCode.FailedPrecondition, "RUN_NOT_WITHDRAWABLE", () => scene.Service.WithdrawPaymentRunAsync(
            new WithdrawPaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Officer));
    }

    [Fact]
    public async Task The_known_contact_is_told_without_an_iban()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson(payee: false);
        var payee = Scene.PayeeOf(person);
        payee.Contact = $"compta.{person.Rpps}@example.org";
        await scene.Service.CreatePayeeAsync(new CreatePayeeRequest { RequestId = Scene.NewId(), Payee = payee }, Tokens.As(Finance.Officer, Scene.Start));
        await Payees.ProposeBankAccountAsync(await Proposal(person), Officer);
        var letter = Assert.Single(await fixture.Db.Read(
            tx => tx.Query<(string Recipient, string Body)>("select recipient, body from mail_queue where recipient = @Contact", new { payee.Contact }), CancellationToken.None));
        Assert.Contains("Aucun paiement", letter.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("FR", letter.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Other, (await fixture.Said(person.Payee)).Single().As<PayeeAccountChanged>().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IBAN_INVALID", "FR4999999000021234567890138", "Docteur", "")]
    [InlineData("HOLDER_NAME_INVALID", "FR7699999000021234567890137", " ", "")]
    [InlineData("BIC_INVALID", "FR7699999000021234567890137", "Docteur", "ABC")]
    public async Task A_broken_account_is_refused_with_its_reason(string reason, string iban, string holder, string bic) =>
        await Refused.With(StatusCode.InvalidArgument, reason, () => Payees.ProposeBankAccountAsync(
            new ProposeBankAccountRequest { RequestId = Scene.NewId(), Name = Absent, Iban = iban, HolderName = holder, Bic = bic, Etag = "v1" }, Officer));

    [Fact]
    public async Task Of_two_proposals_at_once_one_stands()
    {
        var (_, person) = await Owed();
        var proposal = await Proposal(person);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            try
            {
                await Payees.ProposeBankAccountAsync(With(proposal, r => r.RequestId = Scene.NewId()), Officer);
                return true;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Aborted)
            {
                return false;
            }
        }));
        Assert.Single(answers, won => won);
    }

    [Fact]
    public async Task What_the_bank_answered_is_kept_and_no_match_holds_payments()
    {
        var (scene, person) = await Owed();
        var request = Verification(await Read(person, Now), PayeeVerification.Types.Result.NoMatch);
        string[] finance = [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser];
        await Verb.OnlyFor((RecordPayeeVerificationRequest r, Metadata m) => Payees.RecordPayeeVerificationAsync(r, m), finance, request, With(request, r => r.Name = Absent));
        var record = (await Verb.Once(r => Payees.RecordPayeeVerificationAsync(r, Approver), request, r => r.Result = PayeeVerification.Types.Result.Match)).Record;
        Assert.Equal((PayeeVerification.Types.Result.NoMatch, Finance.Approver.Subject, "NO_MATCH"), (record.Verification.Result, record.Verification.Recorder, record.HoldReason));
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => Propose(scene, Now));

        await Payees.RecordPayeeVerificationAsync(Verification(record, PayeeVerification.Types.Result.CloseMatch, Now.AddMinutes(-1)), Approver);
        Assert.Single((await Propose(scene, Now)).PaymentRun.Payments);
        await Refused.With(StatusCode.InvalidArgument, "RESULT_INVALID", () => Payees.RecordPayeeVerificationAsync(
            Verification(record, PayeeVerification.Types.Result.Unspecified), Approver));
        await Refused.With(StatusCode.InvalidArgument, "TIME_INVALID", () => Payees.RecordPayeeVerificationAsync(
            Verification(record, PayeeVerification.Types.Result.Match, Now.AddDays(1)), Approver));
    }

    private static RecordPayeeVerificationRequest Verification(PayeeRecord record, PayeeVerification.Types.Result result, DateTimeOffset? at = null) => new()
    {
        RequestId = Scene.NewId(), Name = record.Payee.Name, Result = result, Etag = record.Payee.Etag,
        VerifyTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(at ?? Now.AddHours(-1)),
    };

    /// <summary>Somebody with one approved line of 135 €.</summary>
    private async Task<(Scene Scene, Person Person)> Owed()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        await scene.Approve(await scene.Held(person));
        return (scene, person);
    }

    private async Task<ProposeBankAccountRequest> Proposal(Person person) => new()
    {
        RequestId = Scene.NewId(), Name = person.Payee, HolderName = "SELARL Hochart", Iban = Other, Etag = (await Read(person, Now)).Payee.Etag,
    };

    private static ConfirmBankAccountRequest Confirmation(PayeeRecord record) =>
        new() { RequestId = Scene.NewId(), Name = record.Payee.Name, Iban = Other, Etag = record.Payee.Etag };

    private async Task<PayeeRecord> Read(Person person, DateTimeOffset now) =>
        (await Payees.GetPayeeAsync(new GetPayeeRequest { Name = person.Payee }, Tokens.As(Finance.Officer, now))).Record;

    private static AsyncUnaryCall<ProposePaymentRunResponse> Propose(Scene scene, DateTimeOffset now) =>
        scene.Service.ProposePaymentRunAsync(scene.ProposeOf(), Tokens.As(Finance.Officer, now));

    private static AsyncUnaryCall<ReleasePaymentRunResponse> Release(Scene scene, PaymentRun run, DateTimeOffset now) => scene.Service.ReleasePaymentRunAsync(
        new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = run.Name, Etag = run.Etag }, Tokens.As(Finance.Releaser, now));

    private Task<string> AccountOf(PaymentRun run) => fixture.Db.Read(
        tx => tx.Single<string>("select iban from payment where id = @Id", new { Id = Guid.Parse(run.Payments[0].Name["payments/".Length..]) }), CancellationToken.None);

    private static async Task<IReadOnlyList<IndemnityLine>> Lines(Scene scene, Person person) =>
        (await scene.Service.ListLinesAsync(new ListLinesRequest { Professional = person.Name }, Officer)).Lines;

    private static T With<T>(T request, Action<T> change)
        where T : Google.Protobuf.IDeepCloneable<T>
    {
        var copy = request.Clone();
        change(copy);
        return copy;
    }
}
