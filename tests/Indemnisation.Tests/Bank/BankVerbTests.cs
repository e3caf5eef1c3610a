using Grpc.Core;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Outcome = Intervision.Indemnisation.V1.BankLine.Types.Outcome;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>Files of the bank through the real service: what they change, once, by whom, and what is refused whole.</summary>
public sealed class BankVerbTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    public static TheoryData<string> Reports => [.. BankSamples.Reports];

    public static TheoryData<string> Notices => [.. BankSamples.Notices];

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task A_report_pays_notes_and_rejects(string kind)
    {
        var desk = await BankDesk.Open(fixture, 4);
        var answer = await desk.Import(desk.Report(
            desk.Tells(0, "ACSC") + desk.Tells(1, "ACSP") + desk.Tells(2, "RJCT", "AC04") + BankSamples.Transaction("OTHER", "ACSC"), kind: kind));
        Assert.Equal([Outcome.Paid, Outcome.Noted, Outcome.Rejected, Outcome.Unknown], answer.Outcomes);
        Assert.Equal([1, 2, 3, 4], answer.Lines.Select(l => l.Position));
        Assert.Equal([desk.Id(0), desk.Id(1), desk.Id(2), "OTHER"], answer.Lines.Select(l => l.EndToEndId));
        Assert.Equal(["ACSC", "ACSP", "RJCT", "ACSC"], answer.Lines.Select(l => l.Status));
        Assert.Matches($"^Opération 3 \\(ligne [0-9]+ du fichier, EndToEndId {desk.Id(2)}\\) : rejetée, AC04 \\(compte clos\\)", answer.Lines[2].Message);
        Assert.Equal((kind, 1, 13_500L), (answer.File.Kind, answer.File.PaidLines, answer.File.Paid.ToCents()!.Value));
        Assert.Equal((1, 13_500L, 1, 1, 0), (
            answer.File.RejectedLines, answer.File.Rejected.ToCents()!.Value, answer.File.NotedLines, answer.File.UnknownLines, answer.File.AlreadyKnownLines));

        Assert.Equal([LineState.Paid, LineState.Issued, LineState.Rejected, LineState.Issued], await desk.States());
        var payments = (await fixture.Service.GetPaymentRunAsync(new GetPaymentRunRequest { Name = desk.Run.Name }, Tokens.As(Finance.Officer))).PaymentRun.Payments;
        Assert.Equal(
            [(Payment.Types.State.Paid, ""), (Payment.Types.State.Issued, ""), (Payment.Types.State.Rejected, "AC04"), (Payment.Types.State.Issued, "")],
            payments.Select(p => (p.State, p.Reason)));
        Assert.Equal(desk.Run.Payments[0].Name, (await Last<PaymentExecuted>(desk, 0)).Payment);
        var rejected = await Last<PaymentRejected>(desk, 2);
        Assert.Equal((desk.Run.Payments[2].Name, "AC04", false), (rejected.Payment, rejected.Reason, rejected.Returned));
        Assert.Empty(await fixture.Said(desk.Run.Payments[1].Name));
        Assert.Equal(desk.Run.Total.ToCents() - 13_500, (await desk.Scene.Envelope()).Consumed.ToCents());
        await desk.BooksAreRight();
    }

    [Theory]
    [MemberData(nameof(Notices))]
    public async Task A_notice_pays_and_a_return_after_payment_frees_the_line(string kind)
    {
        var desk = await BankDesk.Open(fixture, 2);
        var paid = await desk.Import(BankSamples.Notice(kind, desk.Debits(0, kind) + desk.Debits(1, kind) + BankSamples.Entry(kind, "NOTPROVIDED", "12.00")));
        Assert.Equal([Outcome.Paid, Outcome.Paid, Outcome.Unknown], paid.Outcomes);
        var back = await desk.Import(BankSamples.Notice(kind, desk.Returns(1, kind: kind)));
        Assert.Equal([Outcome.Returned], back.Outcomes);
        Assert.Contains("revenue impayée, AC04 (compte clos)", back.Lines[0].Message, StringComparison.Ordinal);
        Assert.Equal([LineState.Paid, LineState.Rejected], await desk.States());
        Assert.Equal(
            ["payment_executed", "payment_rejected"],
            (await fixture.Said(desk.Run.Payments[1].Name)).Select(e => e.EventType.Split('.')[2]));
        Assert.True((await Last<PaymentRejected>(desk, 1)).Returned);
        var payments = (await fixture.Service.GetPaymentRunAsync(new GetPaymentRunRequest { Name = desk.Run.Name }, Tokens.As(Finance.Officer))).PaymentRun.Payments;
        Assert.Equal([Payment.Types.State.Paid, Payment.Types.State.Returned], payments.Select(p => p.State));
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task A_rejected_payment_is_paid_by_another_one_of_a_next_run()
    {
        var desk = await BankDesk.Open(fixture, 2);
        await desk.Import(desk.Report(desk.Tells(0, "RJCT", "MS03") + desk.Tells(1, "ACSC")));
        var again = await desk.Scene.Propose(BankDesk.Morning);
        var payment = Assert.Single(again.Payments);
        Assert.Equal(desk.Run.Payments[0].Lines, payment.Lines);
        Assert.Equal(desk.Run.Payments[0].Amount, payment.Amount);
        Assert.NotEqual(desk.Run.Payments[0].Name, payment.Name);
        Assert.Equal([LineState.Approved, LineState.Paid], await desk.States());
        await desk.BooksAreRight();

        // The bank cannot know it yet; and the run of before is never released again.
        var early = desk.Report(BankSamples.Transaction(BankDesk.EndToEndId(payment), "ACSC"));
        await desk.Refuses("BANK_PAYMENT_NOT_ISSUED", early);
        var release = new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = desk.Run.Name, Etag = desk.Run.Etag };
        await Refused.With(StatusCode.FailedPrecondition, "RUN_ALREADY_RELEASED", () => fixture.Service.ReleasePaymentRunAsync(release, Tokens.As(Finance.Releaser, Scene.Later)));

        var approved = await fixture.Service.ApprovePaymentRunAsync(
            new ApprovePaymentRunRequest { RequestId = Scene.NewId(), Name = again.Name, Etag = again.Etag }, Tokens.As(Finance.Approver, BankDesk.Morning));
        var second = new BankDesk(desk.Scene, (await fixture.Service.ReleasePaymentRunAsync(
            new ReleasePaymentRunRequest { RequestId = Scene.NewId(), Name = again.Name, Etag = approved.PaymentRun.Etag }, Tokens.As(Finance.Releaser, BankDesk.Morning))).PaymentRun);
        Assert.Equal([LineState.Issued], await second.States());
        await second.Import(second.Report(second.Tells(0, "ACCC")));
        Assert.Equal([LineState.Paid], await second.States());
        Assert.Equal(desk.Run.Total.ToCents(), (await desk.Scene.Envelope()).Consumed.ToCents());
        await desk.BooksAreRight();
        await desk.Refuses("BANK_CONTRADICTION", desk.Report(desk.Tells(0, "ACSC")));
    }

    [Fact]
    public async Task A_file_is_read_once_however_often_it_is_sent()
    {
        var desk = await BankDesk.Open(fixture, 2);
        var file = desk.Report(desk.Tells(0, "ACSC") + desk.Tells(1, "RJCT", "MD07"));
        var (id, first) = (Scene.NewId(), await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.Import(file))));
        var again = await desk.Import(file, id);
        Assert.All(first, a => Assert.Equal(again.Lines, a.Lines));
        Assert.All(first, a => Assert.Equal(again.File, a.File));
        Assert.Equal(again.File, (await desk.Import(file, id)).File);
        await desk.Refuses("REQUEST_ID_REUSED", desk.Report(desk.Tells(0, "ACSC")), requestId: id);

        // Another file that says the same: known already.
        Assert.Equal([Outcome.AlreadyKnown, Outcome.AlreadyKnown], (await desk.Import(file + "\n")).Outcomes);
        Assert.All(await Task.WhenAll(desk.Run.Payments.Select(p => fixture.Said(p.Name))), said => Assert.Single(said));
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task One_request_id_at_once_is_one_import()
    {
        var desk = await BankDesk.Open(fixture, 1);
        var (file, id) = (desk.Report(desk.Tells(0, "ACSC")), Scene.NewId());
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => desk.Import(file, id)));
        Assert.Single(answers.Select(a => a.File).Distinct());
        Assert.Single(await fixture.Said(desk.Run.Payments[0].Name));
    }

    [Fact]
    public async Task Told_twice_in_one_file_counts_once()
    {
        var desk = await BankDesk.Open(fixture, 1);
        var notice = BankSamples.Notice("camt.054.001.08", desk.Debits(0) + desk.Debits(0) + desk.Returns(0) + desk.Returns(0) + desk.Debits(0));
        Assert.Equal([Outcome.Paid, Outcome.AlreadyKnown, Outcome.Returned, Outcome.AlreadyKnown, Outcome.AlreadyKnown], (await desk.Import(notice)).Outcomes);
        Assert.Equal([LineState.Rejected], await desk.States());
        Assert.Equal([1, 2], (await fixture.Said(desk.Run.Payments[0].Name)).Select(e => e.StreamNo));
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task A_long_file_is_one_file()
    {
        const string kind = "camt.054.001.08";
        var desk = await BankDesk.Open(fixture, 2);
        var others = string.Concat(Enumerable.Range(0, 1_198).Select(i => BankSamples.Entry(kind, $"OTHER-{i}", "1.00")));
        var answer = await desk.Import(BankSamples.Notice(kind, desk.Debits(0) + others + desk.Debits(0) + desk.Debits(1)));
        Assert.Equal(Enumerable.Range(1, 1_201), answer.Lines.Select(l => l.Position));
        Assert.Equal([Outcome.Paid, Outcome.AlreadyKnown, Outcome.Paid], answer.Outcomes.Where(o => o != Outcome.Unknown));
        Assert.Equal((2, 1_198, 1), (answer.File.PaidLines, answer.File.UnknownLines, answer.File.AlreadyKnownLines));
        await desk.Refuses("BANK_AMOUNT_DIFFERS", BankSamples.Notice(kind, others + desk.Returns(0) + BankSamples.Entry(kind, desk.Id(1), "1.00", "CRDT")));
        Assert.Equal([LineState.Paid, LineState.Paid], await desk.States());
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task What_is_said_of_the_whole_file_is_said_of_the_payments_not_named()
    {
        var desk = await BankDesk.Open(fixture, 3);
        const string because = "<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>";
        var noted = await desk.Import(desk.Report("", group: "<GrpSts>ACTC</GrpSts>"));
        Assert.Equal([Outcome.Noted], noted.Outcomes);
        await desk.Refuses("BANK_CONTRADICTION", desk.Report(desk.Tells(0, "ACSC") + desk.Tells(0, "RJCT", "AC04")));
        var rejected = await desk.Import(desk.Report(desk.Tells(1, "ACSP"), group: "<GrpSts>RJCT</GrpSts>" + because));
        Assert.Equal([Outcome.Noted, Outcome.Rejected, Outcome.Rejected], rejected.Outcomes);
        Assert.Equal([2, 1, 1], rejected.Lines.Select(l => l.Position));
        Assert.All(rejected.Lines.Skip(1), l => Assert.Equal("FF01", l.Reason));
        Assert.Equal([LineState.Rejected, LineState.Issued, LineState.Rejected], await desk.States());
        Assert.Equal([Outcome.AlreadyKnown, Outcome.AlreadyKnown, Outcome.Rejected], (await desk.Import(desk.Report("", instruction: "<PmtInfSts>RJCT</PmtInfSts>"))).Outcomes.Order().Reverse());
        await desk.BooksAreRight();
    }

    [Theory]
    [InlineData("<GrpSts>ACSC</GrpSts>", "")]
    [InlineData("", "<PmtInfSts>ACSC</PmtInfSts>")]
    public async Task A_whole_file_that_is_paid_is_what_the_bank_had_not_rejected(string group, string instruction)
    {
        var desk = await BankDesk.Open(fixture, 4);
        await desk.Import(desk.Report(desk.Tells(0, "RJCT", "MS03")));
        await desk.Import(BankSamples.Notice("camt.054.001.08", desk.Returns(1)));
        var paid = desk.Report("", group, instruction);
        Assert.Equal([Outcome.AlreadyKnown, Outcome.Paid, Outcome.Paid], (await desk.Import(paid)).Outcomes);
        Assert.Equal([LineState.Rejected, LineState.Rejected, LineState.Paid, LineState.Paid], await desk.States());
        await desk.BooksAreRight();

        // Of a file that was rejected as a whole none is paid.
        var other = await BankDesk.Open(fixture, 2);
        await other.Import(other.Report("", group: "<GrpSts>RJCT</GrpSts>"));
        await other.Refuses("BANK_CONTRADICTION", other.Report("", group, instruction));
        Assert.Equal([LineState.Rejected, LineState.Rejected], await other.States());
    }

    [Fact]
    public async Task A_debit_in_one_sum_pays_what_the_bank_had_not_rejected()
    {
        var desk = await BankDesk.Open(fixture, 3);
        await desk.Import(desk.Report(desk.Tells(0, "RJCT", "AC04")));
        var kept = desk.Run.Total.ToCents()!.Value - desk.Run.Payments[0].Amount.ToCents()!.Value;
        string Sum(long cents) => BankSamples.Notice("camt.054.001.08", BankSamples.Batch("camt.054.001.08", $"{desk.RunId:N}", BankDesk.EurosOf(cents), 2));
        await desk.Refuses("BANK_AMOUNT_DIFFERS", Sum(kept - 1));
        Assert.Equal([Outcome.Paid, Outcome.Paid], (await desk.Import(Sum(kept))).Outcomes);
        Assert.Equal([LineState.Rejected, LineState.Paid, LineState.Paid], await desk.States());
        var other = BankSamples.Notice("camt.054.001.08", BankSamples.Batch("camt.054.001.08", "LOYERS", "1.00", 2));
        Assert.Equal([Outcome.Unknown], (await desk.Import(other)).Outcomes);
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task One_line_that_cannot_be_and_nothing_of_the_file_is_applied()
    {
        var desk = await BankDesk.Open(fixture, 2);
        var named = await desk.Refuses("BANK_AMOUNT_DIFFERS", desk.Report(
            desk.Tells(0, "ACSC") + BankSamples.Transaction(desk.Id(1), "ACSC", amount: "1.00") + BankSamples.Transaction(desk.Id(1), "ACSC", amount: "1.001")
            + BankSamples.Transaction(desk.Id(1), "ACSC", amount: "1.00", currency: "USD")));
        Assert.Equal(3, named.Count);
        Assert.Matches($"^Opération 2 \\(ligne [0-9]+ du fichier, EndToEndId {desk.Id(1)}\\) : son montant est de 1,00.€ au lieu de", named[0]);
        Assert.Matches("^Opération 3 .* deux décimales au plus", named[1]);
        Assert.Matches("^Opération 4 .* pas en euros", named[2]);
        var many = await desk.Refuses("BANK_STATUS_UNKNOWN", desk.Report(desk.Tells(0, "ACSC") + string.Concat(Enumerable.Range(0, 700).Select(_ => desk.Tells(1, "XXXX")))));
        Assert.Equal(10, many.Count);
        await desk.Refuses("BANK_FILE_MALFORMED", desk.Report(desk.Tells(0, "ACSC"))[..^20]);
        await desk.Refuses("BANK_FILE_UNKNOWN", desk.Report(desk.Tells(0, "ACSC")).Replace("pain.002", "pain.008", StringComparison.Ordinal));
        await desk.Refuses("BANK_END_TO_END_ID_MISSING", desk.Report("<TxInfAndSts><TxSts>ACSC</TxSts></TxInfAndSts>"));

        Assert.Equal([LineState.Issued, LineState.Issued], await desk.States());
        Assert.All(await Task.WhenAll(desk.Run.Payments.Select(p => fixture.Said(p.Name))), said => Assert.Empty(said));
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task Another_debtor_another_run_another_file()
    {
        var (desk, other) = (await BankDesk.Open(fixture, 1), await BankDesk.Open(fixture, 1));
        var entry = desk.Debits(0);
        Assert.Contains("pas celui de l'association", Assert.Single(await desk.Refuses(
            "BANK_OTHER_DEBTOR", BankSamples.Notice("camt.054.001.08", entry, "FR7699999000021234567890137"))), StringComparison.Ordinal);
        await desk.Refuses("BANK_OTHER_MESSAGE", BankSamples.Report("pain.002.001.03", Guid.CreateVersion7(), desk.Tells(0, "ACSC")));
        await desk.Refuses("BANK_OTHER_MESSAGE", other.Report(desk.Tells(0, "ACSC")));
        await desk.Refuses("BANK_OTHER_MESSAGE", other.Report("", instruction: "<PmtInfSts>RJCT</PmtInfSts>").Replace(
            $"<OrgnlPmtInfId>{other.RunId:N}", $"<OrgnlPmtInfId>{desk.RunId:N}", StringComparison.Ordinal));
        await desk.Refuses("BANK_CURRENCY_NOT_EUR", BankSamples.Notice("camt.054.001.02", BankSamples.Entry("camt.054.001.02", "RENT", "3.00", currency: "CHF")));
        Assert.Equal([LineState.Issued], await desk.States());
    }

    [Fact]
    public async Task Who_approved_or_released_or_is_paid_does_not_say_what_the_bank_answered()
    {
        var desk = await BankDesk.Open(fixture, 1);
        var file = desk.Report(desk.Tells(0, "RJCT", "AC04"));
        var person = Assert.Single(await desk.Lines()).Professional;
        foreach (var subject in new[] { Finance.Approver.Subject, Finance.Releaser.Subject, person })
        {
            await desk.Refuses("PERMISSION_DENIED", file, Tokens.Of(Roles.FinanceOfficer, subject));
            await desk.Refuses("PERMISSION_DENIED", desk.Report("", group: "<GrpSts>RJCT</GrpSts>"), Tokens.Of(Roles.FinanceOfficer, subject));
        }

        foreach (var role in AuthorisationTable.AllRoles.Except([Roles.FinanceOfficer, AuthorisationTable.Nobody]))
        {
            await desk.Refuses("PERMISSION_DENIED", file, Tokens.Of(role, "somebody@x"));
        }

        Assert.Equal([LineState.Issued], await desk.States());
    }

    [Fact]
    public async Task What_an_import_must_say()
    {
        var desk = await BankDesk.Open(fixture, 1);
        var file = BankSamples.Utf8(desk.Report(desk.Tells(0, "ACSC")));
        await BankDesk.Refuses("REQUEST_ID_INVALID", () => BankDesk.Import(fixture, file, "x"));
        await BankDesk.Refuses("DATA_TOO_LARGE", () => BankDesk.Import(fixture, new byte[300 * 1024], piece: 300 * 1024));
        await BankDesk.Refuses("BANK_FILE_TOO_LARGE", () => BankDesk.Import(fixture, new byte[IndemnisationFixture.BankFileMegabytes * 1024 * 1024 + 1], piece: 256 * 1024));
        await BankDesk.Refuses("BANK_FILE_MALFORMED", () => BankDesk.Import(fixture, []));
        await BankDesk.Refuses("CLOCK_BEFORE_LAST_CHANGE", () => BankDesk.Import(fixture, file, now: Scene.Start));
        Assert.Equal([LineState.Issued], await desk.States());
    }

    private async Task<T> Last<T>(BankDesk desk, int payment)
        where T : class, Google.Protobuf.IMessage<T>, new() => (await fixture.Said(desk.Run.Payments[payment].Name))[^1].As<T>();
}
