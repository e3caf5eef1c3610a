using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>What an answer must say, by what it is (the guards of DOMAIN §4), in the field order of the proto.</summary>
internal static class ConsentValidation
{
    /// <summary>The reason of an expiry that a person records; the other one is the job's.</summary>
    public const string EndOfCare = "FIN_DE_PRISE_EN_CHARGE";

    private const int LongestDeferral = 30;
    private static readonly string[] Evidence = ["", "DOSSIER_PATIENT", "DOSSIER_STRUCTURE", "REMIS_AU_PATIENT"];

    /// <exception cref="RuleBroken">INVALID_ARGUMENT with every violation.</exception>
    public static void Check(RecordConsentRequest request, Case of, ConsentFacts facts, DateTimeOffset now)
    {
        var v = new Violations();
        Check(v, request, of, facts, now);
        v.ThrowIfAny();
    }

    public static void Check(Violations v, RecordConsentRequest request, Case of, ConsentFacts facts, DateTimeOffset now)
    {
        var granted = request.Status == ConsentStatus.Granted;
        v.Check(
            request.Status is ConsentStatus.Informed or ConsentStatus.Granted or ConsentStatus.Refused or ConsentStatus.Deferred
                or ConsentStatus.Withdrawn or ConsentStatus.Expired,
            "status", "CONSENT_STATUS_INVALID", "Cet état de l'accord ne peut pas être enregistré.");
        v.Check(
            Enum.IsDefined(request.Form) && (!granted || request.Form != ConsentForm.Unspecified),
            "form", "CONSENT_DETAILS_MISSING", "La forme de l'accord est obligatoire.");
        v.Check(
            Enum.IsDefined(request.Giver) && (!granted || request.Giver != ConsentGiver.Unspecified),
            "giver", "CONSENT_DETAILS_MISSING", "Qui a donné l'accord est obligatoire.");
        v.Check(
            request.Status != ConsentStatus.Withdrawn || request.Giver != ConsentGiver.Unspecified,
            "giver", "DECLARANT_MISSING", "Qui déclare le retrait est obligatoire.");
        Notice(v, request, facts);
        Reason(v, request);
        Times(v, request, now);
        ScopeValidation.Check(v, request.Scope, of, facts);
        v.Check(Evidence.Contains(request.EvidenceLocation), "evidence_location", "EVIDENCE_LOCATION_INVALID", "Cet emplacement de l'attestation n'existe pas.");
        if (granted)
        {
            ConsentGivers.Check(v, request, of);
        }
        else
        {
            v.Check(request.AccompanyingAdult.Length == 0, "accompanying_adult", "ACCOMPANYING_ADULT_INVALID", "Seul l'accord d'un mineur seul dit qui l'accompagne.");
            v.Check(Enum.IsDefined(request.PatientSituation) && Enum.IsDefined(request.OwnOpinion), "patient_situation", "SITUATION_INVALID", "Cette situation n'existe pas.");
        }
    }

    private static void Notice(Violations v, RecordConsentRequest request, ConsentFacts facts)
    {
        var granted = request.Status == ConsentStatus.Granted;
        v.Check(
            request.NoticeVersion.Length <= 32 && (request.NoticeVersion.Length > 0 || !(granted || request.Status == ConsentStatus.Informed)),
            "notice_version", "NOTICE_VERSION_MISSING", "La version de la notice remise est obligatoire (32 caractères au plus).");
        v.Check(
            Labels.IsPlain(request.NoticeVersion) && !Labels.Identifies(request.NoticeVersion),
            "notice_version", "NOTICE_VERSION_INVALID", "Une version de notice est faite de lettres sans accent, de chiffres et de . _ : / -, et ne désigne personne.");
        // A patient informed in time may answer after the notice has changed: what counts is the day it was handed over.
        v.Check(
            request.NoticeVersion.Length == 0 || request.Status != ConsentStatus.Informed || facts.IsCurrentNotice(request.NoticeVersion),
            "notice_version", "NOTICE_NOT_CURRENT", "Cette version de la notice n'est plus en vigueur.");
        v.Check(
            !granted || request.WithdrawalRightTold,
            "withdrawal_right_told", "WITHDRAWAL_RIGHT_NOT_TOLD", "Le droit de revenir sur l'accord doit avoir été dit.");
    }

    private static void Reason(Violations v, RecordConsentRequest request) =>
        v.Check(
            request.Status switch
            {
                ConsentStatus.Deferred => request.Reason is "URGENCE" or "IMPOSSIBILITE",
                ConsentStatus.Expired => request.Reason == EndOfCare,
                _ => request.Reason.Length == 0,
            },
            "reason", "REASON_INVALID", $"Un accord différé dit pourquoi : URGENCE ou IMPOSSIBILITE ; un accord expiré : {EndOfCare} ; les autres réponses n'ont pas de motif.");

    private static void Times(Violations v, RecordConsentRequest request, DateTimeOffset now)
    {
        var timely = v.Check(
            request.AnswerTime is null || (Instants.IsValid(request.AnswerTime) && request.AnswerTime.ToDateTimeOffset() <= now),
            "answer_time", "ANSWER_IN_FUTURE", "La réponse du patient ne peut pas être à venir.");
        var answered = timely ? request.AnswerTime?.ToDateTimeOffset() ?? now : now;
        var day = Paris.DateOf(answered);
        v.Check(
            request.Status == ConsentStatus.Deferred
                ? request.DueDate.ToDate() is { } due && due >= day && due <= day.AddDays(LongestDeferral)
                : request.DueDate is null,
            "due_date", "DUE_DATE_INVALID", "Un accord différé est recueilli dans les trente jours ; les autres réponses n'ont pas d'échéance.");
        v.Check(
            request.NoticeHandedTime is null || (Instants.IsValid(request.NoticeHandedTime) && request.NoticeHandedTime.ToDateTimeOffset() <= answered),
            "notice_handed_time", "NOTICE_AFTER_ANSWER", "La notice est remise avant la réponse.");
    }
}
