using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>Not for an intervision: the request ends and its question is erased.</summary>
internal sealed class RejectCase(Db db)
{
    public Task<RejectCaseResponse> Handle(RejectCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, TriageRules.May);
            var saved = await CaseStore.Save(tx, before, Decide(before, request.Reason), "RejectCase", call);
            await Vault.Erase(tx, saved.Id, call.Now);
            return new RejectCaseResponse { Case = saved.View(call.Caller) };
        });

    internal static Case Decide(Case before, string reason)
    {
        if (reason is not ("HORS_PERIMETRE" or "PAS_DE_DIFFICULTE_PARTAGEE" or "INFORMATION_INSUFFISANTE" or "DEMANDE_ADMINISTRATIVE" or "AUTRE"))
        {
            throw RuleBroken.Invalid("reason", "REASON_INVALID", "Ce motif d'irrecevabilité n'existe pas.");
        }

        TriageRules.MustBeInTriage(before);
        return before with { State = CaseState.Inadmissible, EndCode = reason };
    }
}
