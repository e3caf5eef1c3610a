using Intervision.Indemnisation.Bank;
using Outcome = Intervision.Indemnisation.V1.BankLine.Types.Outcome;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>What may be said of a payment, and what it does: every state by every word.</summary>
public sealed class JudgementTests
{
    private const string Iban = BankSamples.Iban;
    private static readonly Sent Run = new() { Id = Guid.CreateVersion7(Scene.Start), DebtorIban = Iban };
    private static readonly Told Issued = new() { Id = Guid.CreateVersion7(Scene.Start), Run = Run.Id, Issued = true, DebtorIban = Iban, AmountCents = 13_500 };
    private static readonly Statement Paid = new() { Position = 1, Line = 1, Scope = Scope.Payment, Reference = $"{Issued.Id:N}", Word = Word.Paid, OriginalMessage = $"{Run.Id:N}" };

    [Theory]
    [InlineData("issued", nameof(Word.Noted), nameof(Outcome.Noted))]
    [InlineData("issued", nameof(Word.Paid), nameof(Outcome.Paid))]
    [InlineData("issued", nameof(Word.Rejected), nameof(Outcome.Rejected))]
    [InlineData("issued", nameof(Word.Returned), nameof(Outcome.Returned))]
    [InlineData("paid", nameof(Word.Noted), nameof(Outcome.AlreadyKnown))]
    [InlineData("paid", nameof(Word.Paid), nameof(Outcome.AlreadyKnown))]
    [InlineData("paid", nameof(Word.Rejected), "BANK_CONTRADICTION")]
    [InlineData("paid", nameof(Word.Returned), nameof(Outcome.Returned))]
    [InlineData("rejected", nameof(Word.Noted), nameof(Outcome.AlreadyKnown))]
    [InlineData("rejected", nameof(Word.Paid), "BANK_CONTRADICTION")]
    [InlineData("rejected", nameof(Word.Rejected), nameof(Outcome.AlreadyKnown))]
    [InlineData("rejected", nameof(Word.Returned), nameof(Outcome.AlreadyKnown))]
    [InlineData("returned", nameof(Word.Noted), nameof(Outcome.AlreadyKnown))]
    [InlineData("returned", nameof(Word.Paid), nameof(Outcome.AlreadyKnown))]
    [InlineData("returned", nameof(Word.Rejected), nameof(Outcome.AlreadyKnown))]
    [InlineData("returned", nameof(Word.Returned), nameof(Outcome.AlreadyKnown))]
    [InlineData("paid and returned", nameof(Word.Noted), nameof(Outcome.AlreadyKnown))]
    [InlineData("paid and returned", nameof(Word.Paid), nameof(Outcome.AlreadyKnown))]
    [InlineData("paid and returned", nameof(Word.Rejected), nameof(Outcome.AlreadyKnown))]
    [InlineData("paid and returned", nameof(Word.Returned), nameof(Outcome.AlreadyKnown))]
    public void Each_state_by_each_word(string state, string word, string expected)
    {
        var payment = Issued with
        {
            Paid = state.StartsWith("paid", StringComparison.Ordinal),
            Rejected = state is not ("issued" or "paid"),
            Returned = state.EndsWith("returned", StringComparison.Ordinal),
        };
        Assert.Equal(expected, Brief(Judgement.Decide(Paid with { Word = Enum.Parse<Word>(word) }, Run, payment)));
    }

    [Theory]
    [InlineData("", "EUR", "")]
    [InlineData("135", "EUR", "")]
    [InlineData("135.0", "EUR", "")]
    [InlineData("135.00", "EUR", "")]
    [InlineData("135.000", "EUR", "BANK_AMOUNT_INVALID")]
    [InlineData("135,00", "EUR", "BANK_AMOUNT_INVALID")]
    [InlineData("-135.00", "EUR", "BANK_AMOUNT_INVALID")]
    [InlineData("1e2", "EUR", "BANK_AMOUNT_INVALID")]
    [InlineData("١٣٥", "EUR", "BANK_AMOUNT_INVALID")]
    [InlineData("99999999999999999999", "EUR", "BANK_AMOUNT_INVALID")]
    [InlineData("135.00", "CHF", "BANK_CURRENCY_NOT_EUR")]
    [InlineData("135.00", "", "BANK_CURRENCY_NOT_EUR")]
    public void Each_amount(string amount, string currency, string expected) =>
        Assert.Equal(expected, Judgement.Form(Paid with { Amount = amount, Currency = currency }, new HashSet<string> { Iban }, Run)?.Reason ?? "");

    [Fact]
    public void Another_amount_is_named()
    {
        var bad = Assert.IsType<Verdict.Bad>(Judgement.Decide(Paid with { Amount = "135.01", Currency = "EUR" }, Run, Issued));
        Assert.Equal("BANK_AMOUNT_DIFFERS", bad.Reason);
        Assert.Matches("135,01.€ au lieu de 135,00.€", bad.French);
    }

    [Fact]
    public void Other_accounts_files_and_payments()
    {
        var ours = new HashSet<string> { Iban, "FR76OTHER" };
        Assert.Null(Judgement.Form(Paid, ours, Run));
        Assert.Equal("BANK_OTHER_MESSAGE", Judgement.Form(Paid, ours, null)?.Reason);
        var strange = Paid with { Word = Word.NotUnderstood };
        Assert.Equal("BANK_STATUS_UNKNOWN", Judgement.Form(strange, ours, Run)?.Reason);
        Assert.Equal("BANK_STATUS_UNKNOWN", Judgement.Form(strange with { OriginalMessage = null, Scope = Scope.Instruction }, ours, null)?.Reason);
        var movement = strange with { OriginalMessage = null, Account = Iban };
        Assert.Null(Judgement.Form(movement, ours, null));
        Assert.Equal(nameof(Outcome.Unknown), Brief(Judgement.Decide(movement, null, null)));
        Assert.Equal("BANK_STATUS_UNKNOWN", Brief(Judgement.Decide(movement, null, Issued)));
        var notice = Paid with { OriginalMessage = null, Account = "FR76NOT" };
        Assert.Equal("BANK_OTHER_DEBTOR", Judgement.Form(notice, ours, null)?.Reason);
        Assert.Equal("BANK_OTHER_DEBTOR", Judgement.Form(notice with { Account = "" }, ours, null)?.Reason);
        Assert.Equal("BANK_OTHER_DEBTOR", Brief(Judgement.Decide(notice with { Account = "FR76OTHER" }, null, Issued)));
        Assert.Equal("BANK_OTHER_MESSAGE", Brief(Judgement.Decide(Paid, Run with { Id = Guid.Empty }, Issued)));
        Assert.Equal("BANK_PAYMENT_NOT_ISSUED", Brief(Judgement.Decide(Paid, Run, Issued with { Issued = false })));
        Assert.Equal("BANK_END_TO_END_ID_MISSING", Brief(Judgement.Decide(Paid with { Reference = "" }, Run, null)));
        Assert.Equal(nameof(Outcome.Unknown), Brief(Judgement.Decide(Paid, Run, null)));
        Assert.Equal(nameof(Outcome.Unknown), Brief(Judgement.Decide(notice with { Reference = "" }, null, null)));
    }

    private static string Brief(Verdict verdict) => verdict switch
    {
        Verdict.Bad bad => bad.Reason,
        Verdict.Taken taken => taken.Outcome.ToString(),
        _ => "",
    };
}
