using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payees;

/// <summary>
/// Another SIRET or contact; nothing different, nothing done. Who was warned of account changes until now is told that somebody else
/// will be, and while such a change is on its way the contact stands still (ADR 55).
/// </summary>
public sealed class UpdatePayee(Db db)
{
    private static readonly string[] Changeable = ["siret", "contact"];

    public Task<UpdatePayeeResponse> Handle(UpdatePayeeRequest request, Call call)
    {
        var said = request.Payee ?? new Payee();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var payee = await PayeeVerb.Enter(tx, call, said.Name, said.Etag);
            var next = Next(payee, UpdateMask.Apply(payee.ToProto(), said, request.UpdateMask, Changeable));
            if (next.Contact != payee.Contact)
            {
                MustStandStill(payee.Name, await AccountChanges.Pending(tx, payee.Name, call.Now) is not null, await PayeeMoves.IsPending(tx, payee.Name, call.Now));
                await AccountChanges.Warn(
                    tx, payee.Contact, payee.Name, "Les changements du compte bancaire sur lequel vous êtes indemnisé seront désormais annoncés à une autre adresse que celle-ci.");
            }

            if (next != payee)
            {
                await PayeeStore.Update(tx, payee, next, call);
            }

            return new UpdatePayeeResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }

    /// <summary>A contact is changed, not taken away: nobody would be warned any more.</summary>
    /// <exception cref="RuleBroken">SIRET_INVALID, CONTACT_INVALID.</exception>
    internal static PayeeRow Next(PayeeRow payee, Payee said)
    {
        var next = payee with { Siret = BankAccounts.Normalise(said.Siret), Contact = said.Contact.Trim() };
        var violations = new Violations();
        violations.CheckSiret("payee.siret", next.Siret, next.Kind);
        violations.Check(
            next.Contact == payee.Contact || MailQueue.IsMailbox(next.Contact), "payee.contact", "CONTACT_INVALID",
            "L'adresse de contact n'est pas valable ; elle se remplace et ne s'efface pas.");
        violations.ThrowIfAny();
        return next;
    }

    /// <exception cref="RuleBroken">ACCOUNT_CHANGE_PENDING, PAYEE_CHANGE_PENDING.</exception>
    internal static void MustStandStill(string name, bool accountChanges, bool payeeMoves)
    {
        if (accountChanges || payeeMoves)
        {
            throw RuleBroken.NotNow(
                accountChanges ? "ACCOUNT_CHANGE_PENDING" : "PAYEE_CHANGE_PENDING",
                "Un changement de compte ou de bénéficiaire est en cours : l'adresse qui en est avertie ne change pas d'ici là.", "PAYEE", name, ("name", name));
        }
    }
}
