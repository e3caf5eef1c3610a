using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>A run that will not be paid as it is gives its lines back. PROPOSED, APPROVED → WITHDRAWN.</summary>
public sealed class WithdrawPaymentRun(Db db)
{
    public Task<WithdrawPaymentRunResponse> Handle(WithdrawPaymentRunRequest request, Call call)
    {
        var id = RunName.Read(request.Name);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Propose(tx);
            var run = await RunStore.Lock(tx, id) ?? throw RuleBroken.NotFound(request.Name);
            var withdrawn = Decide(run, request.Etag, call.Now);
            await RunStore.Save(tx, withdrawn);
            return new WithdrawPaymentRunResponse { PaymentRun = await RunStore.Shown(tx, withdrawn with { Version = run.Version + 1 }) };
        });
    }

    /// <exception cref="RuleBroken">ETAG_MISMATCH, RUN_NOT_WITHDRAWABLE, RUN_RELEASE_BEGUN, CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static RunRow Decide(RunRow run, string etag, DateTimeOffset now)
    {
        Etag.MustMatch(etag, run.Version, run.Name);
        if (run.State is not (PaymentRun.Types.State.Proposed or PaymentRun.Types.State.Approved))
        {
            throw RuleBroken.NotNow(
                "RUN_NOT_WITHDRAWABLE", "Le lot de paiements n'est ni proposé ni approuvé.", subject: run.Name, facts: ("state", run.State.ToString()));
        }

        if (run.ReleaseTime is not null)
        {
            // Its file may lie in the folder already, and be at the bank.
            throw RuleBroken.NotNow("RUN_RELEASE_BEGUN", "La remise du lot a commencé : elle se termine, elle ne se retire pas.", subject: run.Name);
        }

        Etag.MustNotPrecede(now, run.ChangeTime, run.Name);
        return run with { State = PaymentRun.Types.State.Withdrawn, ChangeTime = now };
    }
}
