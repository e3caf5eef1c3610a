using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>What the bank refused because of the account is not sent there again by itself.</summary>
public sealed class RefusedAccountTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Theory]
    [InlineData("AC01", true)]
    [InlineData("AC04", true)]
    [InlineData("AC06", true)]
    [InlineData("BE01", true)]
    [InlineData("MD07", true)]
    [InlineData("AM04", false)]
    [InlineData("MS03", false)]
    public async Task A_reason_of_the_account_holds_its_payee_and_nobody_else(string reason, bool holds)
    {
        var desk = await BankDesk.Open(fixture, 2);
        await desk.Import(desk.Report(desk.Tells(0, "RJCT", reason) + desk.Tells(1, "RJCT", "AM05")));
        Assert.Equal(holds ? "ACCOUNT_REFUSED" : "", (await Record(desk, 0)).HoldReason);
        Assert.Equal("", (await Record(desk, 1)).HoldReason);
        var again = await desk.Scene.Propose(BankDesk.Morning);
        Assert.Equal(desk.Run.Payments.Skip(holds ? 1 : 0).Select(p => p.Payee).Order(StringComparer.Ordinal), again.Payments.Select(p => p.Payee).Order(StringComparer.Ordinal));
        await desk.BooksAreRight();
    }

    [Fact]
    public async Task A_return_after_payment_holds_too_until_the_bank_confirms_holder_and_iban()
    {
        var desk = await BankDesk.Open(fixture, 1);
        await desk.Import(desk.Report(desk.Tells(0, "ACSC")));
        await Verify(desk, PayeeVerification.Types.Result.Match, BankDesk.Morning);
        await desk.Import(BankSamples.Notice("camt.054.001.08", desk.Returns(0)));
        // An answer of before the return says nothing of it, and a close match is for people to judge.
        Assert.Equal("ACCOUNT_REFUSED", (await Verify(desk, PayeeVerification.Types.Result.CloseMatch, BankDesk.Morning.AddHours(1))).HoldReason);
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_TO_PAY", () => fixture.Service.ProposePaymentRunAsync(
            desk.Scene.ProposeOf(), Tokens.As(Finance.Officer, BankDesk.Morning.AddHours(1))));
        Assert.Equal("", (await Verify(desk, PayeeVerification.Types.Result.Match, BankDesk.Morning.AddHours(2))).HoldReason);
        Assert.Equal(desk.Run.Payments[0].Lines, Assert.Single((await desk.Scene.Propose(BankDesk.Morning.AddHours(2))).Payments).Lines);
    }

    [Fact]
    public async Task Another_account_is_paid_once_it_is_in_force()
    {
        var desk = await BankDesk.Open(fixture, 1);
        await desk.Import(desk.Report(desk.Tells(0, "RJCT", "AC04")));
        var (record, other) = (await Record(desk, 0), SampleIban.Of(31_415));
        record = (await desk.Scene.Payees.ProposeBankAccountAsync(
            new ProposeBankAccountRequest { RequestId = Scene.NewId(), Name = record.Payee.Name, HolderName = record.Payee.HolderName, Iban = other, Etag = record.Payee.Etag },
            Tokens.As(Finance.Officer, BankDesk.Morning))).Record;
        await desk.Scene.Payees.ConfirmBankAccountAsync(
            new ConfirmBankAccountRequest { RequestId = Scene.NewId(), Name = record.Payee.Name, Iban = other, Etag = record.Payee.Etag }, Tokens.As(Finance.Approver, BankDesk.Morning));
        var inForce = BankDesk.Morning.AddHours(72);
        Assert.Equal("", (await Record(desk, 0, inForce)).HoldReason);
        var execution = new ProposePaymentRunRequest(desk.Scene.ProposeOf()) { ExecutionDate = Paris.DateOf(inForce).AddDays(7).ToProto() };
        Assert.Single((await fixture.Service.ProposePaymentRunAsync(execution, Tokens.As(Finance.Officer, inForce))).PaymentRun.Payments);
    }

    private static async Task<PayeeRecord> Record(BankDesk desk, int payment, DateTimeOffset? at = null) =>
        (await desk.Scene.Payees.GetPayeeAsync(new GetPayeeRequest { Name = desk.Run.Payments[payment].Payee }, Tokens.As(Finance.Officer, at ?? BankDesk.Morning))).Record;

    private static async Task<PayeeRecord> Verify(BankDesk desk, PayeeVerification.Types.Result result, DateTimeOffset now)
    {
        var payee = (await Record(desk, 0)).Payee;
        var request = new RecordPayeeVerificationRequest { RequestId = Scene.NewId(), Name = payee.Name, Result = result, VerifyTime = now.ToProto(), Etag = payee.Etag };
        return (await desk.Scene.Payees.RecordPayeeVerificationAsync(request, Tokens.As(Finance.Approver, now))).Record;
    }
}
