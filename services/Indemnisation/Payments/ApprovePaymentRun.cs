using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Payments;

/// <summary>The second person. PROPOSED → APPROVED.</summary>
public sealed class ApprovePaymentRun(Db db)
{
    public Task<ApprovePaymentRunResponse> Handle(ApprovePaymentRunRequest request, Call call)
    {
        var id = RunName.Read(request.Name);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var run = await RunStore.Lock(tx, id) ?? throw RuleBroken.NotFound(request.Name);
            var approved = Decide(run, await RunStore.IsInvolved(tx, run, call.Caller), request.Etag, call.Caller, call.Now);
            await RunStore.Save(tx, approved);
            return new ApprovePaymentRunResponse { PaymentRun = await RunStore.Shown(tx, approved with { Version = approved.Version + 1 }) };
        });
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED, ETAG_MISMATCH, RUN_NOT_PROPOSED, CLOCK_BEFORE_LAST_CHANGE, EXECUTION_DATE_PAST.</exception>
    internal static RunRow Decide(RunRow run, bool involved, string etag, Caller caller, DateTimeOffset now)
    {
        Separation.MustBeSomebodyElse(caller, involved, run.Proposer);
        Etag.MustMatch(etag, run.Version, run.Name);
        if (run.State != PaymentRun.Types.State.Proposed)
        {
            throw RuleBroken.NotNow("RUN_NOT_PROPOSED", "Le lot de paiements n'est pas à l'état proposé.", subject: run.Name, facts: ("state", run.State.ToString()));
        }

        Etag.MustNotPrecede(now, run.ChangeTime, run.Name);
        run.MustNotBeLate(now);
        return run with { State = PaymentRun.Types.State.Approved, Approver = caller.Subject, ChangeTime = now };
    }
}
