using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Retention;

/// <summary>
/// Erasure on request (RGPD art. 17): the patient asks the requester, who asks the coordinator. Duplicates of the case
/// concern the same patient and go with it.
/// </summary>
internal sealed class EraseCase(Db db, Erasing erasing, MasterKey master)
{
    private const string Prefix = "cases/";

    public Task<EraseCaseResponse> Handle(EraseCaseRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx => new EraseCaseResponse { Erasure = await Run(tx, request, call) });
    }

    private async Task<Erasure> Run(Tx tx, EraseCaseRequest request, Call call)
    {
        if (await CaseStore.Lock(tx, request.Name) is null)
        {
            // Who names the code of an erased case learns that it was: that is what was asked for.
            return await Before(tx, request.Name) ?? throw RuleBroken.Denied();
        }

        var found = await CaseStore.LockFor(tx, request.Name, request.Etag, call, (_, caller) => caller.Has(Roles.Coordinator));
        MustNotLeaveTheOther(found, request.Reason);
        var facts = await RetentionStore.FactsOf(tx, found);
        Decide(found, facts, request.Reason);
        var run = Guid.CreateVersion7(call.Now);
        foreach (var name in await RetentionStore.DuplicatesOf(tx, found))
        {
            var duplicate = (await CaseStore.Lock(tx, name))!;
            Etag.MustNotPrecede(call.Now, duplicate.UpdateTime, found.Name);
            var its = await RetentionStore.FactsOf(tx, duplicate);
            Decide(duplicate, its, request.Reason);
            await erasing.Erase(tx, duplicate, its.LastContact, request.Reason, call.Caller.Subject, run, call.Now);
        }

        var number = await erasing.Erase(tx, found, facts.LastContact, request.Reason, call.Caller.Subject, run, call.Now);
        return await ErasureRegister.Get(tx, number);
    }

    /// <summary>One deposited twice by mistake may go alone; a patient who asks means all there is of them.</summary>
    /// <exception cref="RuleBroken">ERASE_THE_CASE_THAT_GOES_ON: which takes this one with it.</exception>
    internal static void MustNotLeaveTheOther(Case found, ErasureReason reason)
    {
        if (found.State == CaseState.Duplicate && reason == ErasureReason.PatientRequest)
        {
            throw RuleBroken.NotNow(
                "ERASE_THE_CASE_THAT_GOES_ON",
                "Ce dossier est le doublon d'un autre, du même patient : effacez celui qui continue, ses doublons s'effacent avec lui.", "STATE", found.Name);
        }
    }

    /// <exception cref="RuleBroken">REASON_INVALID, CASE_ON_AGENDA, CASE_STILL_OPEN.</exception>
    internal static void Decide(Case found, RetentionFacts facts, ErasureReason reason)
    {
        if (reason is not (ErasureReason.PatientRequest or ErasureReason.DepositedByMistake or ErasureReason.Unlawful))
        {
            throw RuleBroken.Invalid("reason", "REASON_INVALID", "Dites pourquoi : demande du patient, dépôt par erreur ou traitement illicite.");
        }

        if (facts.OnAgenda)
        {
            throw RuleBroken.NotNow("CASE_ON_AGENDA", "Ce dossier est encore inscrit à une séance : retirez-l'en d'abord.", "STATE", found.Name);
        }

        found.MustBe(
            "CASE_STILL_OPEN", "Un dossier ouvert ne s'efface pas : abandonnez-le, closez-le ou enregistrez le retrait de l'accord d'abord.",
            [CaseState.Closed, CaseState.ConsentWithdrawn, .. Case.Ends]);
    }

    private Task<Erasure?> Before(Tx tx, string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
            ? ErasureRegister.Find(tx, master.Fingerprints.CodeMac(name[Prefix.Length..]))
            : Task.FromResult<Erasure?>(null);
}
