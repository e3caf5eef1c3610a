using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>
/// Another intervision on the same case: the sheet is brought up to date and read a second time again. What a table decided
/// is reported back to the patient first; what it left undecided has nothing to report.
/// </summary>
internal sealed class ReopenCase(Db db)
{
    public Task<ReopenCaseResponse> Handle(ReopenCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, FollowUpRules.May);
            var after = Decide(before, request.Reason, await Vault.IsErased(tx, before.Id));
            var saved = await CaseStore.Save(tx, before, after, $"ReopenCase:{request.Reason}", call);
            return new ReopenCaseResponse { Case = saved.View(call.Caller) };
        });

    /// <param name="erased">The key of its texts was destroyed: nothing can be written any more.</param>
    /// <exception cref="RuleBroken">REASON_INVALID, CASE_NOT_DISCUSSED, RESTITUTION_MISSING, PATIENT_DECEASED, CASE_ERASED.</exception>
    internal static Case Decide(Case before, string reason, bool erased)
    {
        if (reason is not ("AGGRAVATION" or "DECISIONS_NON_REALISABLES" or "DISCUSSION_INACHEVEE" or "SUITE_PREVUE" or "AUTRE"))
        {
            throw RuleBroken.Invalid("reason", "REASON_INVALID", "Ce motif de nouvelle intervision n'existe pas.");
        }

        if (before.State == CaseState.Decided)
        {
            throw RuleBroken.NotNow(
                "RESTITUTION_MISSING", "La restitution au patient s'enregistre avant une nouvelle intervision.", "STATE", before.Name);
        }

        before.MustBe(
            "CASE_NOT_DISCUSSED", "Une nouvelle intervision suit une séance qui a évoqué ce dossier.",
            CaseState.Discussed, CaseState.ReportedBack, CaseState.InFollowUp, CaseState.Closed);
        if (before.State == CaseState.Closed && before.EndCode == FollowUpRules.EndCode(Outcome.Deceased))
        {
            throw RuleBroken.NotNow("PATIENT_DECEASED", "Un dossier clos par un décès ne se rouvre pas.", "STATE", before.Name);
        }

        if (erased)
        {
            throw RuleBroken.NotNow("CASE_ERASED", "Les textes de ce dossier ont été effacés : déposez une nouvelle demande.", "STATE", before.Name);
        }

        return before with
        {
            State = before.Consent == ConsentStatus.Granted ? CaseState.InPreparation : CaseState.AwaitingConsent,
            SheetApprover = null,
            EndCode = null,
        };
    }
}
