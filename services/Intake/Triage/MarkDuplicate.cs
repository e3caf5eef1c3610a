using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Triage;

/// <summary>
/// The same patient's request, deposited twice: nothing in the codes can tell, so people do. Both rows are locked in the
/// order of their names, so that two marks at once cannot make a chain or a cycle.
/// </summary>
internal sealed class MarkDuplicate(Db db)
{
    public Task<MarkDuplicateResponse> Handle(MarkDuplicateRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            foreach (var name in new[] { request.Name, request.DuplicateOf }.Order(StringComparer.Ordinal))
            {
                await CaseStore.Lock(tx, name);
            }

            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, TriageRules.May);
            var other = await CaseStore.Find(tx, request.DuplicateOf);
            if (other is null || !TriageRules.May(other, call.Caller))
            {
                throw RuleBroken.Denied();
            }

            var hasDuplicates = await tx.Single<bool>("select exists (select from cases where duplicate_of = @Id)", new { before.Id });
            var (after, events) = Decide(before, other, hasDuplicates);
            var saved = await CaseStore.Save(tx, before, after, "MarkDuplicate", call);
            await TriageRules.EraseUnlessDecided(tx, saved, call);
            await TriageRules.Say(tx, saved, call, events);
            return new MarkDuplicateResponse { Case = saved.View(call.Caller) };
        });

    internal static (Case After, IReadOnlyList<IMessage> Events) Decide(Case before, Case other, bool hasDuplicates)
    {
        if (before.Id == other.Id)
        {
            throw RuleBroken.Invalid("duplicate_of", "DUPLICATE_OF_ITSELF", "Un dossier n'est pas le doublon de lui-même.");
        }

        TriageRules.MustNotBeDiscussed(before);
        if (hasDuplicates)
        {
            throw RuleBroken.NotNow("HAS_DUPLICATES", "D'autres dossiers sont déjà des doublons de celui-ci : c'est lui qui continue.", "STATE", before.Name);
        }

        if (!TriageRules.IsLive(other))
        {
            throw RuleBroken.NotNow("DUPLICATE_OF_NOT_LIVE", "Le dossier qui doit continuer est à compléter ou terminé.", "STATE", other.Name);
        }

        if (before.Programme != other.Programme)
        {
            throw RuleBroken.NotNow("DUPLICATE_OF_OTHER_PROGRAMME", "Ces dossiers ne relèvent pas du même programme.", "STATE", other.Name);
        }

        return (
            before with { State = CaseState.Duplicate, DuplicateOf = other.Id, DuplicateOfCode = other.Code },
            TriageRules.LeavesAgenda(before, "DUPLICATE"));
    }
}
