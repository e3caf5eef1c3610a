using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>Records what the patient answered, with everything that follows from it in the same transaction (DOMAIN §4).</summary>
internal sealed class RecordConsent(Db db)
{
    public Task<RecordConsentResponse> Handle(RecordConsentRequest request, Call call)
    {
        call.Caller.MustHave(Roles.Professional, Roles.Referent, Roles.Coordinator);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => caller.Has(Roles.Coordinator) || c.IsRequestedBy(caller) || c.IsReferredBy(caller));
            Validate(request, call.Now);
            var answerTime = request.AnswerTime?.ToDateTimeOffset() ?? call.Now;
            MustFollow(await ConsentStore.LastAnswer(tx, before), answerTime, before);
            var (after, events) = Decide(before, request.Status, await ConsentStore.IsHealthProfessional(tx, call), call.Now);
            await ConsentStore.Append(tx, before, request, answerTime, call);
            var saved = await CaseStore.Save(tx, before, after, $"RecordConsent:{request.Status}", call);
            if (saved.State == CaseState.ConsentRefused)
            {
                await Vault.Erase(tx, saved.Id, call.Now);
            }

            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, events);
            return new RecordConsentResponse { Case = saved.View(call.Caller) };
        });
    }

    /// <summary>Where an answer leads. What was already said or decided at a table is not undone.</summary>
    /// <exception cref="RuleBroken">CASE_ENDED, or what <see cref="ConsentRules"/> refuses.</exception>
    internal static (Case After, IReadOnlyList<IMessage> Events) Decide(
        Case before, ConsentStatus answer, bool recorderIsHealthProfessional, DateTimeOffset now)
    {
        if (HasEnded(before) && answer != ConsentStatus.Withdrawn)
        {
            throw RuleBroken.NotNow("CASE_ENDED", "Ce dossier est terminé.", "STATE", before.Name, ("state", before.State.ToString()));
        }

        var after = before with { Consent = ConsentRules.Decide(before.Consent, answer, recorderIsHealthProfessional) };
        if (answer == ConsentStatus.Granted)
        {
            // A sheet written before a withdrawal is read a second time again.
            after = after with { SheetLockTime = null, SheetApprover = null };
        }

        return answer switch
        {
            ConsentStatus.Withdrawn => Withdraw(after, now),
            ConsentStatus.Refused => (after with { State = CaseState.ConsentRefused }, []),
            ConsentStatus.Granted when before.AcceptTime is not null => (after with { State = CaseState.InPreparation }, []),
            _ when before.State == CaseState.ConsentWithdrawn =>
                (after with { State = before.AcceptTime is null ? CaseState.Submitted : CaseState.AwaitingConsent }, []),
            _ => (after, []),
        };
    }

    private static (Case After, IReadOnlyList<IMessage> Events) Withdraw(Case before, DateTimeOffset now)
    {
        var ended = HasEnded(before) && before.State != CaseState.Closed;
        var after = before with { State = ended ? before.State : CaseState.ConsentWithdrawn, SheetLockTime = now };
        var withdrawn = new ConsentWithdrawn { Case = before.Name };
        return before.State is CaseState.Ready or CaseState.Scheduled
            ? (after, [new CaseNoLongerReady { Case = before.Name, Reason = "CONSENT_WITHDRAWN" }, withdrawn])
            : (after, [withdrawn]);
    }

    private static bool HasEnded(Case of) => of.State is CaseState.Inadmissible or CaseState.Redirected or CaseState.Duplicate
        or CaseState.ConsentRefused or CaseState.Abandoned or CaseState.Closed;

    internal static void Validate(RecordConsentRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        var granted = request.Status == ConsentStatus.Granted;
        violations.Check(
            request.Status is ConsentStatus.Informed or ConsentStatus.Granted or ConsentStatus.Refused or ConsentStatus.Deferred or ConsentStatus.Withdrawn,
            "status", "CONSENT_STATUS_INVALID", "Cet état de l'accord ne peut pas être enregistré.");
        violations.Check(
            Enum.IsDefined(request.Form) && (!granted || request.Form != ConsentForm.Unspecified),
            "form", "CONSENT_DETAILS_MISSING", "La forme de l'accord est obligatoire.");
        violations.Check(
            Enum.IsDefined(request.Giver) && (!granted || request.Giver != ConsentGiver.Unspecified),
            "giver", "CONSENT_DETAILS_MISSING", "Qui a donné l'accord est obligatoire.");
        violations.Check(
            request.NoticeVersion.Length <= 32 && (request.NoticeVersion.Length > 0 || !(granted || request.Status == ConsentStatus.Informed)),
            "notice_version", "NOTICE_VERSION_MISSING", "La version de la notice remise est obligatoire (32 caractères au plus).");
        violations.Check(
            !granted || request.WithdrawalRightTold,
            "withdrawal_right_told", "WITHDRAWAL_RIGHT_NOT_TOLD", "Le droit de revenir sur l'accord doit avoir été dit.");
        violations.Check(
            request.Status == ConsentStatus.Deferred ? request.Reason is "URGENCE" or "IMPOSSIBILITE" : request.Reason.Length == 0,
            "reason", "REASON_INVALID", "Un accord différé dit pourquoi : URGENCE ou IMPOSSIBILITE ; les autres réponses n'ont pas de motif.");
        violations.Check(
            request.AnswerTime is null || (Instants.IsValid(request.AnswerTime) && request.AnswerTime.ToDateTimeOffset() <= now),
            "answer_time", "ANSWER_IN_FUTURE", "La réponse du patient ne peut pas être à venir.");
        violations.ThrowIfAny();
    }

    /// <summary>Answers are recorded in the order the patient gave them, so that "as of an instant" has one meaning.</summary>
    private static void MustFollow(DateTimeOffset? lastAnswer, DateTimeOffset answerTime, Case before)
    {
        if (answerTime < lastAnswer)
        {
            throw RuleBroken.NotNow(
                "ANSWER_BEFORE_LAST_ANSWER", "Une réponse plus récente du patient est déjà enregistrée.", "CONSENT", before.Name);
        }
    }
}
