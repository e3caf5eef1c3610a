using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.Events.V1;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>Records what the patient answered, with everything that follows from it in the same transaction (DOMAIN §4).</summary>
internal sealed class RecordConsent(Db db)
{
    public Task<RecordConsentResponse> Handle(RecordConsentRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, May);
            ConsentValidation.Check(request, before, await ConsentFacts.Load(tx, request.Scope), call.Now);
            var answerTime = request.AnswerTime?.ToDateTimeOffset() ?? call.Now;
            var last = await ConsentStore.Last(tx, before);
            MustFollow(last, answerTime, before);
            var recorder = await Recorder.Of(tx, call);
            MustHearMinorAlone(request, recorder);
            var decided = request.Status == ConsentStatus.Granted ? await Interrupted.From(tx, before) : null;
            var (after, events) = Decide(before, request.Status, recorder.IsHealthProfessional, call.Now, decided);
            var row = RowOf(request, ScopeOf(request, last), answerTime, call);
            MustBeInformed(last, row, recorder);
            await ConsentStore.Append(tx, before, row);
            var saved = await CaseStore.Save(tx, before, after, $"RecordConsent:{request.Status}", call);
            if (saved.State == CaseState.ConsentRefused)
            {
                await TriageRules.EraseUnlessDecided(tx, saved, call);
            }

            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, events);
            return new RecordConsentResponse { Case = saved.View(call.Caller) };
        });
    }

    /// <summary>Who may record what the patient says.</summary>
    internal static bool May(Case found, Caller caller) =>
        caller.Has(Roles.Coordinator) || found.IsRequestedBy(caller) || found.IsReferredBy(caller);

    /// <summary>Where an answer leads. What was already said or decided at a table is not undone.</summary>
    /// <param name="interrupted">See <see cref="Interrupted"/>.</param>
    /// <exception cref="RuleBroken">CASE_INCOMPLETE, CASE_ENDED, or what <see cref="ConsentRules"/> refuses.</exception>
    internal static (Case After, IReadOnlyList<IMessage> Events) Decide(
        Case before, ConsentStatus answer, bool recorderIsHealthProfessional, DateTimeOffset now, CaseState? interrupted = null)
    {
        if (before.State == CaseState.Draft)
        {
            throw RuleBroken.NotNow("CASE_INCOMPLETE", "Cette demande est encore à compléter.", "STATE", before.Name, ("state", before.State.ToString()));
        }

        if ((before.HasEnded || before.State == CaseState.Closed) && answer is not (ConsentStatus.Withdrawn or ConsentStatus.Expired))
        {
            throw RuleBroken.NotNow("CASE_ENDED", "Ce dossier est terminé.", "STATE", before.Name, ("state", before.State.ToString()));
        }

        var after = before with { Consent = ConsentRules.Decide(before.Consent, answer, recorderIsHealthProfessional) };
        return answer switch
        {
            ConsentStatus.Withdrawn => Withdraw(after, now),
            ConsentStatus.Expired => Expire(after, now),
            ConsentStatus.Refused => (after with { State = CaseState.ConsentRefused }, []),
            ConsentStatus.Granted => (interrupted is { } state ? after with { SheetLockTime = null, State = state } : Grant(after), []),
            _ => (after with { State = StateWithoutAgreement(after) }, []),
        };
    }

    /// <summary>A sheet written before is there again, and read a second time again.</summary>
    private static Case Grant(Case before) => before with
    {
        SheetLockTime = null,
        SheetApprover = null,
        State = before.AcceptTime is not null && before.State is CaseState.AwaitingConsent or CaseState.ConsentWithdrawn
            ? CaseState.InPreparation
            : StateWithoutAgreement(before),
    };

    private static CaseState StateWithoutAgreement(Case of) =>
        of.State != CaseState.ConsentWithdrawn ? of.State : of.AcceptTime is null ? CaseState.Submitted : CaseState.AwaitingConsent;

    private static (Case After, IReadOnlyList<IMessage> Events) Withdraw(Case before, DateTimeOffset now)
    {
        var after = before.HasEnded
            ? before with { SheetLockTime = now }
            : before with { State = CaseState.ConsentWithdrawn, SheetLockTime = now, EndCode = null };
        return (after, [.. NoLongerReady(before, "CONSENT_WITHDRAWN"), new ConsentWithdrawn { Case = before.Name }]);
    }

    /// <summary>What needs an agreement waits for a new one; what was decided stays.</summary>
    private static (Case After, IReadOnlyList<IMessage> Events) Expire(Case before, DateTimeOffset now)
    {
        var underWay = before.State is CaseState.InPreparation or CaseState.Ready or CaseState.Scheduled or CaseState.Discussed;
        var after = before with { State = underWay ? CaseState.AwaitingConsent : before.State, SheetLockTime = now };
        return (after, [.. NoLongerReady(before, "CONSENT_EXPIRED")]);
    }

    private static IEnumerable<IMessage> NoLongerReady(Case before, string reason) =>
        before.State is CaseState.Ready or CaseState.Scheduled ? [new CaseNoLongerReady { Case = before.Name, Reason = reason }] : [];

    /// <summary>Answers are recorded in the order the patient gave them, so that "as of an instant" has one meaning.</summary>
    private static void MustFollow(ConsentRow last, DateTimeOffset answerTime, Case before)
    {
        if (last.ConsentStatus != ConsentStatus.NotCollected && answerTime < last.AnswerTime)
        {
            throw RuleBroken.NotNow(
                "ANSWER_BEFORE_LAST_ANSWER", "Une réponse plus récente du patient est déjà enregistrée.", "CONSENT", before.Name);
        }
    }

    /// <summary>Whoever records the answer of a patient already informed does not tell of more than the patient was informed of.</summary>
    private static void MustBeInformed(ConsentRow last, ConsentRow answer, Recorder recorder)
    {
        if (last.ConsentStatus == ConsentStatus.Informed && answer.ConsentStatus == ConsentStatus.Granted
            && last.Scope.IsWidenedBy(answer.Scope) && !recorder.IsHealthProfessional)
        {
            throw RuleBroken.NotNow(
                "HEALTH_PROFESSIONAL_REQUIRED", "Seul un professionnel de santé peut attester que le patient a été informé.", "CONSENT");
        }
    }

    /// <summary>An agreement only: a minor takes it back before anybody.</summary>
    /// <exception cref="RuleBroken">MINOR_ALONE_RECORDER.</exception>
    internal static void MustHearMinorAlone(RecordConsentRequest request, Recorder recorder)
    {
        if (request is { Status: ConsentStatus.Granted, Giver: ConsentGiver.MinorAlone } && !recorder.MayHearMinorAlone)
        {
            throw RuleBroken.NotNow(
                "MINOR_ALONE_RECORDER", "L'accord d'un mineur seul est recueilli par un médecin, une sage-femme ou un infirmier.", "CONSENT");
        }
    }

    /// <summary>
    /// An agreement is to what the patient was informed of, or to what a deposit declared, unless it says otherwise: whom the
    /// patient excluded then is not forgotten on the way. What follows an agreement begins anew.
    /// </summary>
    private static ConsentScope ScopeOf(RecordConsentRequest request, ConsentRow last) =>
        request.Scope ?? (last.ConsentStatus is ConsentStatus.NotCollected or ConsentStatus.Informed or ConsentStatus.Deferred ? last.Said : new ConsentScope());

    /// <summary>The record of an answer.</summary>
    internal static ConsentRow RowOf(RecordConsentRequest request, ConsentScope scope, DateTimeOffset answerTime, Call call) =>
        new ConsentRow
        {
            Status = request.Status.ToString(),
            Form = ConsentRow.Text(request.Form),
            Giver = ConsentRow.Text(request.Giver),
            NoticeVersion = request.NoticeVersion.Length == 0 ? null : request.NoticeVersion,
            NoticeHandedTime = request.NoticeHandedTime?.ToDateTimeOffset(),
            WithdrawalRightTold = request.WithdrawalRightTold,
            Reason = request.Reason.Length == 0 ? null : request.Reason,
            DueDate = request.DueDate.ToDate(),
            EvidenceLocation = request.EvidenceLocation.Length == 0 ? null : request.EvidenceLocation,
            PatientSituation = ConsentRow.Text(request.PatientSituation),
            OwnOpinion = ConsentRow.Text(request.OwnOpinion),
            AccompanyingAdult = request.AccompanyingAdult.Length == 0 ? null : request.AccompanyingAdult,
            TrustedPersonPresent = request.TrustedPersonPresent,
            Flagged = request.Status == ConsentStatus.Granted && ConsentGivers.IsFlagged(request),
            AnswerTime = answerTime,
            RecordTime = call.Now,
            Recorder = call.Caller.Subject,
        }.With(scope);
}
