using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

public sealed class PutReferenceListVerb(IntakeFixture service) : VerbCompliance<PutReferenceListRequest, PutReferenceListResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override Task<PutReferenceListRequest> Prepare() => Task.FromResult(new PutReferenceListRequest
    {
        RequestId = IntakeFixture.NewId(),
        List = "motive",
        // The same codes as everybody else uses, under a version of its own.
        Version = IntakeFixture.NewId()[..32],
        Codes = { "COMPLEXITE_SUIVI", "POLYCONSOMMATION", "SURCONSOMMATION", "RUPTURE_SOINS", "PSYCHO_SOCIALE", "AUTRE" },
    });

    protected override void Change(PutReferenceListRequest request) => request.Codes.RemoveAt(5);

    protected override AsyncUnaryCall<PutReferenceListResponse> Call(PutReferenceListRequest request, Metadata headers) =>
        Intake.PutReferenceListAsync(request, headers);

    protected override Task<long> Effects(PutReferenceListRequest request) => Service.Db.Read(
        tx => tx.Single<long>("select count(*) from reference_list where version = @Version", new { request.Version }), CancellationToken.None);
}

public sealed class SubmitCaseVerb(IntakeFixture service) : VerbCompliance<SubmitCaseRequest, SubmitCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override int Events => 1;

    /// <summary>A professional deposits as oneself only; the referent of another pôle, a CPTS in another's name or place: no.</summary>
    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override Task<SubmitCaseRequest> Prepare() => Task.FromResult(IntakeFixture.Request());

    protected override void Change(SubmitCaseRequest request) => request.Question += " Et ensuite ?";

    protected override AsyncUnaryCall<SubmitCaseResponse> Call(SubmitCaseRequest request, Metadata headers) => Intake.SubmitCaseAsync(request, headers);

    protected override Task<long> Effects(SubmitCaseRequest request) => Service.Db.Read(
        tx => tx.Single<long>(
            """
            select count(*) + (select count(*) from outbox o join cases c on o.subject = 'cases/' || c.code where c.external_id = @ExternalId)
            from cases where external_id = @ExternalId
            """,
            new { request.ExternalId }),
        CancellationToken.None);
}

public sealed class AcceptCaseVerb(IntakeFixture service) : VerbCompliance<AcceptCaseRequest, AcceptCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Host;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<AcceptCaseRequest> Prepare()
    {
        var submitted = await Service.Submitted();
        return new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag };
    }

    protected override void Change(AcceptCaseRequest request) => request.Pole = "poles/P12";

    protected override AsyncUnaryCall<AcceptCaseResponse> Call(AcceptCaseRequest request, Metadata headers) => Intake.AcceptCaseAsync(request, headers);
}

public sealed class RecordConsentVerb(IntakeFixture service) : VerbCompliance<RecordConsentRequest, RecordConsentResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override int Events => 2;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RecordConsentRequest> Prepare()
    {
        var ready = await Service.Ready();
        return new RecordConsentRequest
        {
            RequestId = IntakeFixture.NewId(), Name = ready.Name, Etag = ready.Etag, Status = ConsentStatus.Withdrawn, Giver = ConsentGiver.Patient,
        };
    }

    protected override void Change(RecordConsentRequest request) => request.Form = ConsentForm.Written;

    protected override AsyncUnaryCall<RecordConsentResponse> Call(RecordConsentRequest request, Metadata headers) => Intake.RecordConsentAsync(request, headers);
}

public sealed class WriteSheetVerb(IntakeFixture service) : VerbCompliance<WriteSheetRequest, WriteSheetResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<WriteSheetRequest> Prepare()
    {
        var accepted = await Service.Accepted();
        return new WriteSheetRequest { RequestId = IntakeFixture.NewId(), Name = accepted.Name, Etag = accepted.Etag, Sheet = IntakeFixture.Sheet() };
    }

    protected override void Change(WriteSheetRequest request) => request.Sheet.Situation += " Suite.";

    protected override AsyncUnaryCall<WriteSheetResponse> Call(WriteSheetRequest request, Metadata headers) => Intake.WriteSheetAsync(request, headers);
}

public sealed class ApproveSheetVerb(IntakeFixture service) : VerbCompliance<ApproveSheetRequest, ApproveSheetResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<ApproveSheetRequest> Prepare()
    {
        var written = await Service.Written();
        await Service.SecondReading(written);
        return new ApproveSheetRequest { RequestId = IntakeFixture.NewId(), Name = written.Name, Etag = written.Etag };
    }

    protected override void Change(ApproveSheetRequest request) => request.Etag = "v1";

    protected override AsyncUnaryCall<ApproveSheetResponse> Call(ApproveSheetRequest request, Metadata headers) => Intake.ApproveSheetAsync(request, headers);
}

public sealed class BeginDiscussionVerb(IntakeFixture service) : VerbCompliance<BeginDiscussionRequest, BeginDiscussionResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Scheduling;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Coordinator, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts];

    protected override async Task<BeginDiscussionRequest> Prepare()
    {
        var session = IntakeFixture.NewSession();
        var scheduled = await Service.Scheduled(session);
        return new BeginDiscussionRequest { RequestId = IntakeFixture.NewId(), Name = scheduled.Name, Session = session };
    }

    protected override void Change(BeginDiscussionRequest request) => request.Session = IntakeFixture.NewSession();

    protected override AsyncUnaryCall<BeginDiscussionResponse> Call(BeginDiscussionRequest request, Metadata headers) => Intake.BeginDiscussionAsync(request, headers);

    protected override Task<long> Effects(BeginDiscussionRequest request) => Service.Db.Read(
        tx => tx.Single<long>("select count(*) from discussion d join cases c on c.id = d.case_id where 'cases/' || c.code = @Name", new { request.Name }),
        CancellationToken.None);
}

public sealed class RecordDecisionsVerb(IntakeFixture service) : VerbCompliance<RecordDecisionsRequest, RecordDecisionsResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RecordDecisionsRequest> Prepare()
    {
        var session = IntakeFixture.NewSession();
        return IntakeFixture.Decisions(await Service.Discussed(session), session);
    }

    protected override void Change(RecordDecisionsRequest request) => request.Decisions[0].Orientation = "AUCUNE";

    protected override AsyncUnaryCall<RecordDecisionsResponse> Call(RecordDecisionsRequest request, Metadata headers) => Intake.RecordDecisionsAsync(request, headers);
}

public sealed class RecordRestitutionVerb(IntakeFixture service) : VerbCompliance<RecordRestitutionRequest, RecordRestitutionResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override double Hours => 48;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RecordRestitutionRequest> Prepare()
    {
        var decided = await Service.Decided(IntakeFixture.NewSession());
        return new RecordRestitutionRequest
        {
            RequestId = IntakeFixture.NewId(),
            Name = decided.Name,
            Etag = decided.Etag,
            ImpossibleReason = "PERDU_DE_VUE",
            RestitutionDate = new DateOnly(2026, 10, 2).ToProto(),
        };
    }

    protected override void Change(RecordRestitutionRequest request) => request.ImpossibleReason = "AUTRE";

    protected override AsyncUnaryCall<RecordRestitutionResponse> Call(RecordRestitutionRequest request, Metadata headers) =>
        Intake.RecordRestitutionAsync(request, headers);
}
