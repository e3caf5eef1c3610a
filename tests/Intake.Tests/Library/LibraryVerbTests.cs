using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Verdict = Intervision.Intake.V1.ReviewLibraryCaseRequest.Types.Verdict;

namespace Intervision.Intake.Tests.Library;

public sealed class ProposeLibraryCaseVerb(IntakeFixture service) : VerbCompliance<ProposeLibraryCaseRequest, ProposeLibraryCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Requester;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<ProposeLibraryCaseRequest> Prepare() => LibrarySteps.Proposing(await Service.DecidedAmongOthers());

    protected override void Change(ProposeLibraryCaseRequest request) => request.Text.Title = "Un autre titre pour le même texte";

    protected override AsyncUnaryCall<ProposeLibraryCaseResponse> Call(ProposeLibraryCaseRequest request, Metadata headers) => Intake.ProposeLibraryCaseAsync(request, headers);

    protected override async Task<long> Effects(ProposeLibraryCaseRequest request) =>
        await ProposalEffects.OfCase(Service, request.Name) + await base.Effects(request);
}

public sealed class ReviewLibraryCaseVerb(IntakeFixture service) : VerbCompliance<ReviewLibraryCaseRequest, ReviewLibraryCaseResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Referent;

    protected override double Hours => 11;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Coordinator, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<ReviewLibraryCaseRequest> Prepare() => LibrarySteps.Reviewing(await Service.Proposed(), Verdict.SendBack, "TROP_DETAILLE");

    protected override void Change(ReviewLibraryCaseRequest request) => request.Reason = "INEXACT";

    protected override AsyncUnaryCall<ReviewLibraryCaseResponse> Call(ReviewLibraryCaseRequest request, Metadata headers) => Intake.ReviewLibraryCaseAsync(request, headers);

    protected override Task<long> Effects(ReviewLibraryCaseRequest request) => ProposalEffects.Of(Service, request.Name);
}

public sealed class WithdrawLibraryProposalVerb(IntakeFixture service) : VerbCompliance<WithdrawLibraryProposalRequest, WithdrawLibraryProposalResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override double Hours => 12;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Host, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override async Task<WithdrawLibraryProposalRequest> Prepare() => LibrarySteps.Withdrawing(await Service.Approved());

    protected override void Change(WithdrawLibraryProposalRequest request) => request.Etag = "v7";

    protected override AsyncUnaryCall<WithdrawLibraryProposalResponse> Call(WithdrawLibraryProposalRequest request, Metadata headers) =>
        Intake.WithdrawLibraryProposalAsync(request, headers);

    protected override Task<long> Effects(WithdrawLibraryProposalRequest request) => ProposalEffects.Of(Service, request.Name);
}

/// <summary>Every change of a proposal raises its version.</summary>
internal static class ProposalEffects
{
    public static Task<long> Of(IntakeFixture service, string name) => service.Db.Read(
        tx => tx.Single<long>("select coalesce(sum(version), 0)::bigint from library_proposal where 'libraryProposals/' || id = @name", new { name }), CancellationToken.None);

    public static Task<long> OfCase(IntakeFixture service, string name) => service.Db.Read(
        tx => tx.Single<long>(
            "select coalesce(sum(l.version), 0)::bigint from library_proposal l join cases c on c.id = l.case_id where 'cases/' || c.code = @name", new { name }),
        CancellationToken.None);
}
