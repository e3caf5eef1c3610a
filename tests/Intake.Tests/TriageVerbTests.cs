using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Tests;

public sealed class TakeCaseVerb(IntakeFixture service) : VerbCompliance<TakeCaseRequest, TakeCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<TakeCaseRequest> Prepare()
    {
        var submitted = await Service.Submitted();
        return new TakeCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag };
    }

    protected override void Change(TakeCaseRequest request) => request.Etag = "v2";

    protected override AsyncUnaryCall<TakeCaseResponse> Call(TakeCaseRequest request, Metadata headers) => Intake.TakeCaseAsync(request, headers);
}

public sealed class RejectCaseVerb(IntakeFixture service) : VerbCompliance<RejectCaseRequest, RejectCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Host;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RejectCaseRequest> Prepare()
    {
        var submitted = await Service.Submitted();
        return new RejectCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag, Reason = "AUTRE" };
    }

    protected override void Change(RejectCaseRequest request) => request.Reason = "HORS_PERIMETRE";

    protected override AsyncUnaryCall<RejectCaseResponse> Call(RejectCaseRequest request, Metadata headers) => Intake.RejectCaseAsync(request, headers);
}

public sealed class RedirectCaseVerb(IntakeFixture service) : VerbCompliance<RedirectCaseRequest, RedirectCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RedirectCaseRequest> Prepare()
    {
        var submitted = await Service.Submitted();
        return new RedirectCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag, Destination = "DAC" };
    }

    protected override void Change(RedirectCaseRequest request) => request.Destination = "CMP";

    protected override AsyncUnaryCall<RedirectCaseResponse> Call(RedirectCaseRequest request, Metadata headers) => Intake.RedirectCaseAsync(request, headers);
}

public sealed class MarkDuplicateVerb(IntakeFixture service) : VerbCompliance<MarkDuplicateRequest, MarkDuplicateResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<MarkDuplicateRequest> Prepare()
    {
        var ready = await Service.Ready();
        var goesOn = await Service.Submitted();
        return new MarkDuplicateRequest { RequestId = IntakeFixture.NewId(), Name = ready.Name, Etag = ready.Etag, DuplicateOf = goesOn.Name };
    }

    protected override void Change(MarkDuplicateRequest request) => request.DuplicateOf = "cases/SIT-0000-0000";

    protected override AsyncUnaryCall<MarkDuplicateResponse> Call(MarkDuplicateRequest request, Metadata headers) => Intake.MarkDuplicateAsync(request, headers);
}

public sealed class AbandonCaseVerb(IntakeFixture service) : VerbCompliance<AbandonCaseRequest, AbandonCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<AbandonCaseRequest> Prepare()
    {
        var ready = await Service.Ready();
        return new AbandonCaseRequest { RequestId = IntakeFixture.NewId(), Name = ready.Name, Etag = ready.Etag, Reason = "PATIENT_PERDU_DE_VUE" };
    }

    protected override void Change(AbandonCaseRequest request) => request.Reason = "DECES";

    protected override AsyncUnaryCall<AbandonCaseResponse> Call(AbandonCaseRequest request, Metadata headers) => Intake.AbandonCaseAsync(request, headers);
}
