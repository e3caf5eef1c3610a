using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>The coordinator's desk for conventions, on the tests' day unless another one is said.</summary>
internal sealed class ConventionDesk(MembershipFixture membership)
{
    public const string Fingerprint = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    public DateTimeOffset Now { get; set; } = MembershipFixture.Now;

    private Metadata Headers => Tokens.As(Tokens.Coordinator(), Now);

    public AsyncUnaryCall<DraftConventionResponse> Draft(DraftConventionRequest request) => membership.Directory.DraftConventionAsync(request, Headers);

    public AsyncUnaryCall<UpdateConventionResponse> Update(UpdateConventionRequest request) => membership.Directory.UpdateConventionAsync(request, Headers);

    public AsyncUnaryCall<SignConventionResponse> Sign(SignConventionRequest request) => membership.Directory.SignConventionAsync(request, Headers);

    public AsyncUnaryCall<RenewConventionResponse> Renew(RenewConventionRequest request) => membership.Directory.RenewConventionAsync(request, Headers);

    public AsyncUnaryCall<TerminateConventionResponse> Terminate(TerminateConventionRequest request) =>
        membership.Directory.TerminateConventionAsync(request, Headers);

    public AsyncUnaryCall<ReviewDatesResponse> Review() => membership.Directory.ReviewDatesAsync(Once.WithId(new ReviewDatesRequest()), Headers);

    public async Task<Convention> Get(string name) =>
        (await membership.Directory.GetConventionAsync(new GetConventionRequest { Name = name }, Headers)).Convention;

    public async Task<IReadOnlyList<Convention>> List(ListConventionsRequest request) =>
        (await membership.Directory.ListConventionsAsync(request, Headers)).Conventions;

    /// <summary>A new host, as told.</summary>
    public async Task<Organisation> Host() =>
        (await membership.Directory.CreateOrganisationAsync(Once.WithId(new CreateOrganisationRequest { Organisation = OrganisationTests.New().With(o => o.Pole = "") }), Headers)).Organisation;

    public async Task<Organisation> Organisation(string name) =>
        (await membership.Directory.GetOrganisationAsync(new GetOrganisationRequest { Name = name }, Headers)).Organisation;

    public async Task<Convention> Drafted(string organisation, string start, string end) =>
        (await Draft(Once.WithId(new DraftConventionRequest { Convention = Said(organisation, start, end) }))).Convention;

    public async Task<Convention> Signed(string organisation, string start, string end) => await Signed(await Drafted(organisation, start, end));

    public async Task<Convention> Signed(Convention draft) => (await Sign(Once.WithId(Signing(draft)))).Convention;

    public async Task<Convention> Renewed(Convention convention, string end) =>
        (await Renew(Once.WithId(new RenewConventionRequest { Name = convention.Name, Etag = convention.Etag, EndDate = Sample.Date(end) }))).Convention;

    public async Task<TerminateConventionResponse> Terminated(Convention convention, string? last) =>
        await Terminate(Once.WithId(Terminating(convention, last)));

    public static Convention Said(string organisation, string start, string end) => new()
    {
        Organisation = organisation,
        StartDate = Sample.Date(start),
        EndDate = Sample.Date(end),
        HostContribution = new() { Kinds = { Contribution.Types.Kind.Rooms, Contribution.Types.Kind.Staff }, Details = "Salle de réunion" },
        AssociationContribution = new() { Kinds = { Contribution.Types.Kind.Organisation } },
    };

    public static SignConventionRequest Signing(Convention draft) => new()
    {
        Name = draft.Name, Etag = draft.Etag, SignDate = Sample.Date("2026-08-31"), DocumentSha256 = Fingerprint,
    };

    public static TerminateConventionRequest Terminating(Convention convention, string? last) => new()
    {
        Name = convention.Name, Etag = convention.Etag, TerminateDate = last is null ? null : Sample.Date(last), Explanation = "Fermeture du site",
    };
}
