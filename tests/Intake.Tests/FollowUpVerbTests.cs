using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Tests;

public sealed class OpenFollowUpVerb(IntakeFixture service) : VerbCompliance<OpenFollowUpRequest, OpenFollowUpResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<OpenFollowUpRequest> Prepare() => FollowUpSteps.Open(await Service.ReportedBack());

    protected override void Change(OpenFollowUpRequest request) => request.Etag = "v2";

    protected override AsyncUnaryCall<OpenFollowUpResponse> Call(OpenFollowUpRequest request, Metadata headers) => Intake.OpenFollowUpAsync(request, headers);
}

public sealed class RecordOutcomeVerb(IntakeFixture service) : VerbCompliance<RecordOutcomeRequest, RecordOutcomeResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override double Hours => FollowUpSteps.Day(91);

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<RecordOutcomeRequest> Prepare() =>
        FollowUpSteps.OutcomeOf(await Service.InFollowUp(), OutcomeReview.ThreeMonths, Outcome.Stable);

    protected override void Change(RecordOutcomeRequest request) => request.Outcome = Outcome.Worse;

    protected override AsyncUnaryCall<RecordOutcomeResponse> Call(RecordOutcomeRequest request, Metadata headers) => Intake.RecordOutcomeAsync(request, headers);
}

public sealed class CloseCaseVerb(IntakeFixture service) : VerbCompliance<CloseCaseRequest, CloseCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override double Hours => FollowUpSteps.Day(181);

    protected override int Events => 1;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<CloseCaseRequest> Prepare() => FollowUpSteps.Close(
        await Service.Reviewed(await Service.InFollowUp(), OutcomeReview.SixMonths, Outcome.Improved, 180), Outcome.Improved);

    protected override void Change(CloseCaseRequest request) => request.Outcome = Outcome.Worse;

    protected override AsyncUnaryCall<CloseCaseResponse> Call(CloseCaseRequest request, Metadata headers) => Intake.CloseCaseAsync(request, headers);
}

public sealed class ReopenCaseVerb(IntakeFixture service) : VerbCompliance<ReopenCaseRequest, ReopenCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<ReopenCaseRequest> Prepare() => FollowUpSteps.Reopen(await Service.InFollowUp());

    protected override void Change(ReopenCaseRequest request) => request.Reason = "AUTRE";

    protected override AsyncUnaryCall<ReopenCaseResponse> Call(ReopenCaseRequest request, Metadata headers) => Intake.ReopenCaseAsync(request, headers);
}
