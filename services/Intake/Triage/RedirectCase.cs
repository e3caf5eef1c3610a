using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>For somebody else: the requester is told where to turn, the request ends and its question is erased.</summary>
internal sealed class RedirectCase(Db db)
{
    public Task<RedirectCaseResponse> Handle(RedirectCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, TriageRules.May);
            var saved = await CaseStore.Save(tx, before, Decide(before, request.Destination), "RedirectCase", call);
            await Vault.Erase(tx, saved.Id, call.Now);
            return new RedirectCaseResponse { Case = saved.View(call.Caller) };
        });

    internal static Case Decide(Case before, string destination)
    {
        if (destination is not ("DAC" or "CMP" or "CSAPA" or "URGENCES" or "SERVICE_SOCIAL" or "PROTECTION_ENFANCE" or "AUTRE"))
        {
            throw RuleBroken.Invalid("destination", "DESTINATION_INVALID", "Cette destination n'existe pas.");
        }

        TriageRules.MustBeInTriage(before);
        return before with { State = CaseState.Redirected, EndCode = destination };
    }
}
