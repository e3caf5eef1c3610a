using Google.Protobuf;
using Intervision.Intake.Cases;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// The agreement goes on with another scope: the patient is told of one more category, excludes a person or topic (CSP
/// L1110-4 IV: at any time), or lifts what was excluded. Whatever widens it is attested by a health professional, the notice
/// in hand. The agreement itself is not asked again (Charte).
/// </summary>
internal sealed class AmendConsent(Db db)
{
    public Task<AmendConsentResponse> Handle(AmendConsentRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, RecordConsent.May);
            var last = await ConsentStore.Last(tx, before);
            Check(request, before, last, await ConsentFacts.Load(tx, request.Scope), call.Now);
            var amended = last.With(request.Scope) with { AnswerTime = call.Now, RecordTime = call.Now, Recorder = call.Caller.Subject };
            Decide(before, last.Scope, amended.Scope, (await Recorder.Of(tx, call)).IsHealthProfessional);
            await ConsentStore.Append(tx, before, request.NoticeVersion.Length == 0 ? amended : amended with
            {
                NoticeVersion = request.NoticeVersion,
                NoticeHandedTime = request.NoticeHandedTime?.ToDateTimeOffset(),
            });
            var saved = await CaseStore.Save(tx, before, before, "AmendConsent", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, await Said(tx, saved, call));
            return new AmendConsentResponse { Case = saved.View(call.Caller) };
        });

    /// <exception cref="RuleBroken">CONSENT_NOT_GRANTED, HEALTH_PROFESSIONAL_REQUIRED.</exception>
    internal static void Decide(Case before, Scope was, Scope becomes, bool recorderIsHealthProfessional)
    {
        if (before.Consent != ConsentStatus.Granted)
        {
            throw RuleBroken.NotNow("CONSENT_NOT_GRANTED", "Le patient n'a pas donné son accord, ou l'a retiré.", "CONSENT", before.Name);
        }

        if (was.IsWidenedBy(becomes) && !recorderIsHealthProfessional)
        {
            throw RuleBroken.NotNow(
                "HEALTH_PROFESSIONAL_REQUIRED", "Seul un professionnel de santé peut attester que le patient a été informé.", "CONSENT");
        }
    }

    private static void Check(AmendConsentRequest request, Case before, ConsentRow last, ConsentFacts facts, DateTimeOffset now)
    {
        var v = new Violations();
        v.Check(request.Scope is not null, "scope", "SCOPE_MISSING", "La nouvelle portée de l'accord est obligatoire.");
        ScopeValidation.Check(v, request.Scope, before, facts);
        // What it becomes, not what is said: a scope that names no category is that of the standard notice.
        var informsAnew = request.Scope is not null && last.Scope.IsWidenedBy(last.With(request.Scope).Scope);
        v.Check(
            request.NoticeVersion.Length <= 32 && (!informsAnew || request.NoticeVersion.Length > 0),
            "notice_version", "NOTICE_VERSION_MISSING", "La version de la notice remise est obligatoire (32 caractères au plus).");
        v.Check(
            Labels.IsPlain(request.NoticeVersion) && !Labels.Identifies(request.NoticeVersion),
            "notice_version", "NOTICE_VERSION_INVALID", "Une version de notice est faite de lettres sans accent, de chiffres et de . _ : / -, et ne désigne personne.");
        v.Check(
            request.NoticeVersion.Length == 0 || facts.IsCurrentNotice(request.NoticeVersion),
            "notice_version", "NOTICE_NOT_CURRENT", "Cette version de la notice n'est plus en vigueur.");
        v.Check(
            request.NoticeHandedTime is null || (Instants.IsValid(request.NoticeHandedTime) && request.NoticeHandedTime.ToDateTimeOffset() <= now),
            "notice_handed_time", "NOTICE_AFTER_ANSWER", "La notice est remise avant la réponse.");
        v.ThrowIfAny();
    }

    /// <summary>A case on its way to a table says again who may be there (DESIGN §7.28).</summary>
    private static async Task<IReadOnlyList<IMessage>> Said(Tx tx, Case amended, Call call) =>
        amended.State is CaseState.Ready or CaseState.Scheduled ? [await ReadyCase.Said(tx, amended, call.Now)] : [];
}
