using System.Globalization;
using System.Text.RegularExpressions;
using Outcome = Intervision.Indemnisation.V1.BankLine.Types.Outcome;

namespace Intervision.Indemnisation.Bank;

/// <summary>
/// Whether something the bank said can be, and what it changes. Pure. The order in which files come does not matter: what was
/// said before changes nothing when it is said again, and a return, which comes after a payment, wins over it whichever is read
/// first. Only "rejected" and "paid" exclude each other; whichever comes second is refused.
/// </summary>
internal static partial class Judgement
{
    private static readonly Verdict.Bad StatusUnknown = new("BANK_STATUS_UNKNOWN", "son statut n'est pas de ceux qu'une banque donne à un virement.");

    private static readonly Verdict.Bad PaidAfterRejected = new("BANK_CONTRADICTION", "la banque la dit payée après l'avoir dite rejetée : voir avec elle.");

    /// <summary>
    /// What the statement says by itself: its words, its amount, its account, the file it answers. A movement of the account may be
    /// of any kind, as long as it is none of ours.
    /// </summary>
    /// <param name="accounts">IBANs that we have paid or pay from.</param>
    /// <param name="answered">The run of <see cref="Statement.OriginalMessage"/>, when it is one of ours that was released.</param>
    /// <returns>Null when nothing is wrong.</returns>
    public static Verdict.Bad? Form(Statement said, IReadOnlySet<string> accounts, Sent? answered)
    {
        if (said.Word == Word.NotUnderstood && (said.OriginalMessage is not null || said.Scope != Scope.Payment))
        {
            return StatusUnknown;
        }

        if (said.Amount.Length > 0 && CentsOf(said.Amount) is null)
        {
            return new("BANK_AMOUNT_INVALID", "son montant n'est pas un nombre positif à deux décimales au plus.");
        }

        if (said.Amount.Length > 0 && said.Currency != "EUR")
        {
            return new("BANK_CURRENCY_NOT_EUR", "son montant n'est pas en euros.");
        }

        if (said.Account is { } account && !accounts.Contains(account))
        {
            return new("BANK_OTHER_DEBTOR", "le compte n'est pas celui de l'association.");
        }

        return said.OriginalMessage is not null && answered is null
            ? new("BANK_OTHER_MESSAGE", "le fichier d'origine (OrgnlMsgId) n'est pas un lot remis par la plateforme.")
            : null;
    }

    /// <summary>What it does to one payment.</summary>
    /// <param name="payment">That of the EndToEndId, when there is one.</param>
    public static Verdict Decide(Statement said, Sent? answered, Told? payment)
    {
        if (payment is null)
        {
            return said is { Reference: "", OriginalMessage: not null }
                ? new Verdict.Bad("BANK_END_TO_END_ID_MISSING", "elle n'a pas d'EndToEndId.")
                : new Verdict.Taken(Outcome.Unknown, null);
        }

        if (said.Word == Word.NotUnderstood)
        {
            return StatusUnknown;
        }

        if (!payment.Issued)
        {
            return new Verdict.Bad("BANK_PAYMENT_NOT_ISSUED", "ce paiement n'a pas encore été remis à la banque.");
        }

        if (answered is not null && answered.Id != payment.Run)
        {
            return new Verdict.Bad("BANK_OTHER_MESSAGE", "ce paiement n'est pas du lot que le fichier dit (OrgnlMsgId).");
        }

        if (said.Account is { } account && account != payment.DebtorIban)
        {
            return new Verdict.Bad("BANK_OTHER_DEBTOR", "ce paiement n'est pas parti de ce compte.");
        }

        return CentsOf(said.Amount) is { } cents && cents != payment.AmountCents
            ? new Verdict.Bad("BANK_AMOUNT_DIFFERS", Difference(cents, payment.AmountCents))
            : Effect(said.Word, payment);
    }

    /// <summary>What is said of a whole file, before it is spread over its payments.</summary>
    /// <param name="said">Of the file, or of its PmtInf.</param>
    /// <param name="all">Cents of all its payments.</param>
    /// <param name="kept">Cents of those that the bank had not rejected.</param>
    /// <returns>Null when nothing is wrong.</returns>
    public static Verdict.Bad? Whole(Statement said, long all, long kept) => said switch
    {
        _ when CentsOf(said.Amount) is { } cents && cents != all && cents != kept => new("BANK_AMOUNT_DIFFERS", Difference(cents, kept)),
        { Word: Word.Paid, Account: null } when kept == 0 => PaidAfterRejected,
        _ => null,
    };

    /// <summary>Whether what is said of a whole file is said of this payment: "paid" is of those the bank had not rejected.</summary>
    public static bool IsMeant(Statement said, Told payment) => (said.Account is null && said.Word != Word.Paid) || !payment.Rejected || payment.Returned;

    /// <summary>0.05 → 5; null unless digits, with a dot and one or two decimals at most.</summary>
    private static long? CentsOf(string amount) =>
        AmountForm().IsMatch(amount) ? (long)(decimal.Parse(amount, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 100) : null;

    private static string Difference(long saidCents, long ourCents) => string.Create(
        CultureInfo.GetCultureInfo("fr-FR"), $"son montant est de {saidCents / 100m:N2} € au lieu de {ourCents / 100m:N2} €.");

    private static Verdict Effect(Word word, Told payment) => word switch
    {
        Word.Noted when !payment.Paid && !payment.Rejected => new Verdict.Taken(Outcome.Noted, payment),
        Word.Paid when payment is { Rejected: true, Returned: false } => PaidAfterRejected,
        Word.Paid when !payment.Paid && !payment.Rejected => new Verdict.Taken(Outcome.Paid, payment with { Paid = true }),
        Word.Rejected when payment is { Paid: true, Rejected: false } =>
            new Verdict.Bad("BANK_CONTRADICTION", "la banque la dit rejetée après l'avoir dite payée, sans retour des fonds : voir avec elle."),
        Word.Rejected when !payment.Rejected => new Verdict.Taken(Outcome.Rejected, payment with { Rejected = true }),
        Word.Returned when !payment.Rejected => new Verdict.Taken(Outcome.Returned, payment with { Rejected = true, Returned = true }),
        _ => new Verdict.Taken(Outcome.AlreadyKnown, payment),
    };

    [GeneratedRegex(@"^[0-9]{1,15}(\.[0-9]{1,2})?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex AmountForm();
}
