using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>One case, without clinical text, for those tied to it.</summary>
internal sealed class GetCase(Db db, Idleness idleness)
{
    public async Task<GetCaseResponse> Handle(GetCaseRequest request, Call call)
    {
        var found = await db.Read(tx => CaseStore.Find(tx, request.Name), call.Cancellation);
        return found is not null && found.IsVisibleTo(call.Caller)
            ? new GetCaseResponse { Case = idleness.Tell(found.View(call.Caller), found, call.Now) }
            : throw RuleBroken.Denied();
    }
}
