using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// The patient's answer that a deposit brings with its details: what RecordConsent would have been told, judged by the
/// same rules and kept as the first record.
/// </summary>
internal sealed record DepositedConsent(RecordConsentRequest Said, ConsentFacts Facts, Recorder Recorder, Call Call)
{
    /// <summary>Null when the deposit brings no details: its status is then a declaration, and no record of an information.</summary>
    public static async Task<DepositedConsent?> Load(Tx tx, SubmitCaseRequest request, Call call) =>
        request.ConsentDetails is { } details
            ? new DepositedConsent(
                AsRecorded(request, details), await ConsentFacts.Load(tx, details.Scope), await Recorder.OfDeposit(tx, request.Requester, call), call)
            : null;

    /// <summary>Notes what does not fit, under the names the deposit gives to the fields.</summary>
    public void Check(Violations v, SubmitCaseRequest request)
    {
        var found = new Violations();
        ConsentValidation.Check(found, Said, new Case { Requester = request.Requester, AgeBand = request.AgeBand }, Facts, Call.Now);
        foreach (var violation in found.Found)
        {
            v.Add(violation with { Field = FieldOf(violation.Field) });
        }
    }

    /// <exception cref="RuleBroken">HEALTH_PROFESSIONAL_REQUIRED, MINOR_ALONE_RECORDER.</exception>
    public void MustBeAttested()
    {
        RecordConsent.MustHearMinorAlone(Said, Recorder);
        ConsentRules.Decide(ConsentStatus.NotCollected, Said.Status, Recorder.IsHealthProfessional);
    }

    public ConsentRow Row => RecordConsent.RowOf(Said, Said.Scope ?? new ConsentScope(), Said.AnswerTime?.ToDateTimeOffset() ?? Call.Now, Call);

    private static string FieldOf(string field) => field is "status" or "form" or "giver" ? $"consent_{field}" : $"consent_details.{field}";

    private static RecordConsentRequest AsRecorded(SubmitCaseRequest request, ConsentDetails details) => new()
    {
        Status = request.ConsentStatus,
        Form = request.ConsentForm,
        Giver = request.ConsentGiver,
        NoticeVersion = details.NoticeVersion,
        NoticeHandedTime = details.NoticeHandedTime,
        WithdrawalRightTold = details.WithdrawalRightTold,
        Reason = details.Reason,
        DueDate = details.DueDate,
        AnswerTime = details.AnswerTime,
        Scope = details.Scope,
        EvidenceLocation = details.EvidenceLocation,
        PatientSituation = details.PatientSituation,
        OwnOpinion = details.OwnOpinion,
        AccompanyingAdult = details.AccompanyingAdult,
        TrustedPersonPresent = details.TrustedPersonPresent,
    };
}
