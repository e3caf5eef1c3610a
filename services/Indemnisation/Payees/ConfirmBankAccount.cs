using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Stage = Intervision.Indemnisation.Events.V1.PayeeAccountChanged.Types.Stage;

namespace Intervision.Indemnisation.Payees;

/// <summary>The second of two people: the account comes into force 72 hours later, unless somebody cancels it meanwhile.</summary>
public sealed class ConfirmBankAccount(Db db)
{
    public Task<ConfirmBankAccountResponse> Handle(ConfirmBankAccountRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var payee = await PayeeVerb.Enter(tx, call, request.Name, request.Etag);
            var change = await AccountChanges.MustBePending(tx, payee.Name, call.Now);
            Decide(payee, change, BankAccounts.Normalise(request.Iban), call.Caller);
            var inForce = call.Now + AccountChanges.Hold;
            await tx.Execute(
                "insert into account_confirmation (change_id, confirmer, confirm_time, in_force_time) values (@Id, @Subject, @Now, @inForce)",
                new { change.Id, call.Caller.Subject, call.Now, inForce });
            await AccountChanges.Say(tx, payee, Stage.Confirmed, inForce, call.Now);
            return new ConfirmBankAccountResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }

    /// <param name="iban">As the second person read it on the payee's paper.</param>
    /// <exception cref="RuleBroken">PERMISSION_DENIED, ACCOUNT_CHANGE_CONFIRMED, IBAN_DIFFERS.</exception>
    internal static void Decide(PayeeRow payee, AccountChangeRow change, string iban, Caller caller)
    {
        if (caller.Subject == change.Proposer)
        {
            throw RuleBroken.Denied();
        }

        if (change.Confirmer is not null)
        {
            throw RuleBroken.NotNow("ACCOUNT_CHANGE_CONFIRMED", "Ce changement de compte est déjà confirmé.", "PAYEE", payee.Name, ("name", payee.Name));
        }

        if (change.Iban != iban)
        {
            throw RuleBroken.NotNow("IBAN_DIFFERS", "L'IBAN saisi n'est pas celui qui a été proposé.", "PAYEE", payee.Name, ("name", payee.Name));
        }
    }
}
