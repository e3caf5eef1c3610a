using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>Somebody looks after a request: for an urgent one, the acknowledgement that is waited for.</summary>
internal sealed class TakeCase(Db db)
{
    public Task<TakeCaseResponse> Handle(TakeCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, TriageRules.May);
            var saved = await CaseStore.Save(tx, before, Decide(before), "TakeCase", call);
            return new TakeCaseResponse { Case = saved.View(call.Caller) };
        });

    internal static Case Decide(Case before)
    {
        before.MustBe("CASE_NOT_SUBMITTED", "Ce dossier est déjà pris en charge.", CaseState.Submitted);
        return before with { State = CaseState.InTriage };
    }
}
