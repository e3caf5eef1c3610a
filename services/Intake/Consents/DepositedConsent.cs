using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// The patient's answer that a deposit brings: what RecordConsent would have been told, judged by the same rules. Attested
/// by a health professional it is in force; otherwise it is declared, and waits for one.
/// </summary>
internal sealed record DepositedConsent(RecordConsentRequest Said, ConsentFacts Facts, Recorder Attester, Call Call)
{
    /// <summary>Null when the deposit brings no details: its status, form and giver are then all there is to judge.</summary>
    public static async Task<DepositedConsent?> Load(Tx tx, SubmitCaseRequest request, SubmitFacts facts, Call call) =>
        request.ConsentDetails is { } details
            ? new DepositedConsent(AsRecorded(request), await ConsentFacts.Load(tx, details.Scope), facts.Attester, call)
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

    /// <summary>Whoever attests the agreement of a minor alone is one who may hear it; a declaration attests nothing.</summary>
    /// <exception cref="RuleBroken">MINOR_ALONE_RECORDER.</exception>
    public void MustBeAttested()
    {
        if (Attester.IsHealthProfessional)
        {
            RecordConsent.MustHearMinorAlone(Said, Attester);
        }
    }

    /// <summary>The record of the answer, with details or without.</summary>
    public static ConsentRow RowOf(SubmitCaseRequest request, Recorder attester, Call call)
    {
        var said = AsRecorded(request);
        var row = RecordConsent.RowOf(said, said.Scope ?? new ConsentScope(), said.AnswerTime?.ToDateTimeOffset() ?? call.Now, call);
        return ConsentRules.InForce(said.Status, attester.IsHealthProfessional) == said.Status
            ? row
            : row with { Status = nameof(ConsentStatus.NotCollected), Declared = row.Status, Flagged = false };
    }

    private static string FieldOf(string field) => field is "status" or "form" or "giver" ? $"consent_{field}" : $"consent_details.{field}";

    private static RecordConsentRequest AsRecorded(SubmitCaseRequest request)
    {
        var details = request.ConsentDetails ?? new ConsentDetails();
        return new()
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
}
