using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Stage = Intervision.Indemnisation.Events.V1.PayeeAccountChanged.Types.Stage;

namespace Intervision.Indemnisation.Payees;

/// <summary>Anybody of finance gives up a change that is not in force: the account stays as it was, and payments go on.</summary>
public sealed class CancelBankAccount(Db db)
{
    public Task<CancelBankAccountResponse> Handle(CancelBankAccountRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var payee = await PayeeVerb.Enter(tx, call, request.Name, request.Etag);
            var change = await AccountChanges.MustBePending(tx, payee.Name, call.Now);
            await tx.Execute(
                "insert into account_cancellation (change_id, canceller, cancel_time) values (@Id, @Subject, @Now)",
                new { change.Id, call.Caller.Subject, call.Now });
            await AccountChanges.Say(tx, payee, Stage.Cancelled, inForce: null, call.Now);
            return new CancelBankAccountResponse { Record = await PayeeVerb.Shown(tx, payee.Name, call.Now) };
        });
    }
}
