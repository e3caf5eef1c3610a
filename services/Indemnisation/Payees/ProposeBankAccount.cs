using System.Text;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Stage = Intervision.Indemnisation.Events.V1.PayeeAccountChanged.Types.Stage;

namespace Intervision.Indemnisation.Payees;

/// <summary>The first of two people: from here on nothing is paid to the payee until the change is in force or cancelled.</summary>
public sealed class ProposeBankAccount(Db db)
{
    public Task<ProposeBankAccountResponse> Handle(ProposeBankAccountRequest request, Call call)
    {
        var change = Read(request, call);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var payee = await PayeeVerb.Enter(tx, call, request.Name, request.Etag);
            Decide(payee, await AccountChanges.Pending(tx, payee.Name, call.Now), change);
            await tx.Execute(
                """
                insert into account_change (id, payee, holder_name, iban, bic, proposer, propose_time)
                values (@Id, @Name, @HolderName, @Iban, @Bic, @Proposer, @ProposeTime)
                """,
                new { change.Id, payee.Name, change.HolderName, change.Iban, change.Bic, change.Proposer, change.ProposeTime });
            await AccountChanges.Say(tx, payee, Stage.Proposed, inForce: null, call.Now);
            return new ProposeBankAccountResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }

    /// <exception cref="RuleBroken">ACCOUNT_CHANGE_PENDING, ACCOUNT_UNCHANGED.</exception>
    internal static void Decide(PayeeRow payee, AccountChangeRow? pending, AccountChangeRow change)
    {
        if (pending is not null)
        {
            throw RuleBroken.NotNow("ACCOUNT_CHANGE_PENDING", "Un changement de compte est déjà en cours pour ce bénéficiaire.", "PAYEE", payee.Name, ("name", payee.Name));
        }

        if ((payee.HolderName, payee.Iban, payee.Bic) == (change.HolderName, change.Iban, change.Bic))
        {
            throw RuleBroken.NotNow("ACCOUNT_UNCHANGED", "C'est déjà le compte de ce bénéficiaire.", "PAYEE", payee.Name, ("name", payee.Name));
        }
    }

    private static AccountChangeRow Read(ProposeBankAccountRequest request, Call call)
    {
        var change = new AccountChangeRow
        {
            Id = Guid.CreateVersion7(call.Now),
            HolderName = request.HolderName.Trim().Normalize(NormalizationForm.FormC),
            Iban = BankAccounts.Normalise(request.Iban),
            Bic = BankAccounts.Normalise(request.Bic),
            Proposer = call.Caller.Subject,
            ProposeTime = call.Now,
        };
        var violations = new Violations();
        violations.CheckHolderName("holder_name", change.HolderName);
        violations.CheckIban("iban", change.Iban);
        violations.CheckBic("bic", change.Bic);
        violations.ThrowIfAny();
        return change;
    }
}
