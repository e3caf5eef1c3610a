using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Refusal = Intervision.Tests.Support.Refused;

namespace Intervision.Intake.Tests;

/// <summary>The calls that several test classes make.</summary>
public abstract class CaseSteps(IntakeFixture service)
{
    protected IntakeFixture Service => service;

    protected IntakeService.IntakeServiceClient Intake => service.Intake;

    protected static void NotCollected(SubmitCaseRequest r) =>
        (r.ConsentStatus, r.ConsentForm) = (ConsentStatus.NotCollected, ConsentForm.Unspecified);

    protected static RecordConsentRequest ConsentRequest(Case found, ConsentStatus status) => new()
    {
        RequestId = IntakeFixture.NewId(),
        Name = found.Name,
        Etag = found.Etag,
        Status = status,
        Form = status == ConsentStatus.Granted ? ConsentForm.Oral : ConsentForm.Unspecified,
        Giver = status is ConsentStatus.Granted or ConsentStatus.Withdrawn ? ConsentGiver.Patient : ConsentGiver.Unspecified,
        NoticeVersion = status is ConsentStatus.Granted or ConsentStatus.Informed ? "2026-1" : "",
        WithdrawalRightTold = status == ConsentStatus.Granted,
    };

    protected async Task<Case> Consent(Case found, ConsentStatus status, DevelopmentClaims who, double hours) =>
        (await Intake.RecordConsentAsync(ConsentRequest(found, status), IntakeFixture.At(who, hours))).Case;

    protected Task<RpcException> ConsentRefusedWith(string reason, Case found, ConsentStatus status, DevelopmentClaims who, double hours) =>
        Refusal.With(
            StatusCode.FailedPrecondition, reason, () => Intake.RecordConsentAsync(ConsentRequest(found, status), IntakeFixture.At(who, hours)));

    protected AsyncUnaryCall<WriteSheetResponse> Write(Case found, Sheet? sheet) => Intake.WriteSheetAsync(
        new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Sheet = sheet }, IntakeFixture.At(IntakeFixture.Requester, 2));

    protected async Task<ReadSheetResponse> Read(Case found) =>
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Requester, 9));

    protected Task<RpcException> ReadRefused(string reason, Case found) => Refusal.With(
        StatusCode.FailedPrecondition,
        reason,
        () => Intake.ReadSheetAsync(new ReadSheetRequest { Name = found.Name, Purpose = "PREPARATION" }, IntakeFixture.At(IntakeFixture.Requester, 9)));

    protected async Task<BeginDiscussionResponse> Begin(Case found, string session, double hours, double? at = null) =>
        await BeginCall(found, session, hours, at);

    protected AsyncUnaryCall<BeginDiscussionResponse> BeginCall(Case found, string session, double hours, double? at) => Intake.BeginDiscussionAsync(
        new BeginDiscussionRequest
        {
            RequestId = IntakeFixture.NewId(),
            Name = found.Name,
            Session = session,
            Instant = at is { } h ? IntakeFixture.Start.AddHours(h).ToProto() : null,
        },
        IntakeFixture.At(IntakeFixture.Scheduling, hours));

    protected Task<long> Texts(string name) => service.Db.Read(
        tx => tx.Single<long>(
            """
            select count(*) from clinical_text t join cases c on c.id = t.case_id join case_key k on k.case_id = c.id
            where 'cases/' || c.code = @name and k.wrapped_key is not null
            """,
            new { name }),
        CancellationToken.None);

    protected async Task IsErased(string name) => Assert.Equal(0, await Texts(name));
}
