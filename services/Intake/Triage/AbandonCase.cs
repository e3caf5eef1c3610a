using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>Given up before a table spoke of it; it leaves the agenda it may be on.</summary>
internal sealed class AbandonCase(Db db)
{
    public Task<AbandonCaseResponse> Handle(AbandonCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => TriageRules.May(c, caller) || c.IsRequestedBy(caller));
            var (after, events) = Decide(before, request.Reason);
            var saved = await CaseStore.Save(tx, before, after, "AbandonCase", call);
            await TriageRules.EraseUnlessDecided(tx, saved, call);
            await TriageRules.Say(tx, saved, call, events);
            return new AbandonCaseResponse { Case = saved.View(call.Caller) };
        });

    internal static (Case After, IReadOnlyList<IMessage> Events) Decide(Case before, string reason)
    {
        if (reason is not ("DEMANDEUR_RENONCE" or "PATIENT_PERDU_DE_VUE" or "DECES" or "SANS_OBJET" or "AUTRE"))
        {
            throw RuleBroken.Invalid("reason", "REASON_INVALID", "Ce motif d'abandon n'existe pas.");
        }

        TriageRules.MustNotBeDiscussed(before);
        return (before with { State = CaseState.Abandoned, EndCode = reason }, TriageRules.LeavesAgenda(before, "ABANDONED"));
    }
}
