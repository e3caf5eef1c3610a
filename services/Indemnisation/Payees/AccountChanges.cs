using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Stage = Intervision.Indemnisation.Events.V1.PayeeAccountChanged.Types.Stage;

namespace Intervision.Indemnisation.Payees;

/// <summary>A change of account that is neither in force nor cancelled.</summary>
internal sealed record AccountChangeRow
{
    public Guid Id { get; init; }

    public string HolderName { get; init; } = "";

    public string Iban { get; init; } = "";

    public string Bic { get; init; } = "";

    public string Proposer { get; init; } = "";

    public DateTimeOffset ProposeTime { get; init; }

    public string? Confirmer { get; init; }

    public DateTimeOffset? InForceTime { get; init; }

    public AccountChange ToProto() => new()
    {
        HolderName = HolderName,
        Iban = BankAccounts.Mask(Iban),
        Bic = Bic,
        Proposer = Proposer,
        ProposeTime = ProposeTime.ToProto(),
        Confirmer = Confirmer ?? "",
        InForceTime = InForceTime?.ToProto(),
    };
}

/// <summary>Changes of accounts: facts that are added; which account is in force follows from them and the instant (ADR 0032).</summary>
internal static class AccountChanges
{
    /// <summary>From the confirmation on (DESIGN §7.18).</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromHours(72);

    public static Task<AccountChangeRow?> Pending(Tx tx, string payee, DateTimeOffset now) =>
        tx.SingleOrDefault<AccountChangeRow>(
            """
            select id, holder_name, iban, bic, proposer, propose_time, confirmer, in_force_time
            from account_change_kept where payee = @payee and (in_force_time is null or in_force_time > @now)
            """,
            new { payee, now });

    /// <exception cref="RuleBroken">NO_ACCOUNT_CHANGE.</exception>
    public static async Task<AccountChangeRow> MustBePending(Tx tx, string payee, DateTimeOffset now) =>
        await Pending(tx, payee, now)
        ?? throw RuleBroken.NotNow("NO_ACCOUNT_CHANGE", "Aucun changement de compte n'est en cours pour ce bénéficiaire.", "PAYEE", payee, ("name", payee));

    /// <summary>The payee's version, the event, and a mail to the contact that is known of the payee.</summary>
    public static async Task Say(Tx tx, PayeeRow payee, Stage stage, DateTimeOffset? inForce, DateTimeOffset now)
    {
        await PayeeStore.Touch(tx, payee.Name, now);
        var said = new PayeeAccountChanged { Payee = payee.Name, Stage = stage, InForceTime = inForce?.ToProto() };
        await Outbox.Append(tx, AggregateId.Of(payee.Name), payee.Name, now, said);
        await Warn(tx, payee.Contact, payee.Name, stage switch
        {
            Stage.Proposed => "Un changement du compte bancaire sur lequel vous êtes indemnisé a été demandé. Aucun paiement ne part tant qu'il n'est pas confirmé.",
            Stage.Confirmed => $"Le changement de votre compte bancaire a été confirmé. Il prend effet le {Paris.DateOf(inForce!.Value):dd/MM/yyyy} ; aucun paiement ne part d'ici là.",
            _ => "Le changement de votre compte bancaire a été abandonné : le compte reste celui d'avant.",
        });
    }

    /// <summary>By mail, to the contact that was known before.</summary>
    /// <param name="what">A sentence or two without any part of an IBAN.</param>
    public static Task Warn(Tx tx, string contact, string payee, string what) => contact.Length == 0 ? Task.CompletedTask : MailQueue.Append(tx, new Letter(
        contact, "Vos coordonnées bancaires",
        $"""
        Bonjour,

        {what}

        Si vous n'êtes pas à l'origine de cette demande, prévenez tout de suite le service financier.

        Bénéficiaire : {payee["payees/".Length..]}
        """));
}
