using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Every RPC by every role: who may not learns nothing, not even what exists.</summary>
public sealed class AuthorisationTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private static readonly string[] AllRoles =
    [
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.Cpts,
        Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor, Roles.Service,
    ];

    private static readonly string[] NoReaders = [Roles.Professional, Roles.Cpts, Roles.Auditor];

    public static TheoryData<string> NotCoordinators => [.. AllRoles.Except([Roles.Coordinator], StringComparer.Ordinal)];

    public static TheoryData<string> Everyone => [.. AllRoles];

    public static TheoryData<string> ReadersOfPeople => [.. AllRoles.Except(NoReaders, StringComparer.Ordinal)];

    public static TheoryData<string> NotReadersOfPeople => [.. NoReaders];

    [Theory]
    [MemberData(nameof(NotCoordinators))]
    public async Task Only_a_coordinator_imports(string role)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => membership.Import(Guid.CreateVersion7().ToString(), [Sample.Commune("59009", "Villeneuve", "59491").Row()], Tokens.Of(role, "someone")));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        Assert.Equal(1, await membership.Count("commune"));
    }

    [Theory]
    [MemberData(nameof(Everyone))]
    public async Task Everyone_reads_the_directory_but_for_people(string role)
    {
        var who = Tokens.As(Tokens.Of(role, "someone"), MembershipFixture.Now);
        var directory = membership.Directory;
        Assert.Equal("programmes/ADDICTIONS", (await directory.GetProgrammeAsync(new GetProgrammeRequest { Name = "programmes/ADDICTIONS" }, who)).Programme.Name);
        Assert.Equal(2, (await directory.ListProgrammesAsync(new ListProgrammesRequest(), who)).Programmes.Count);
        Assert.Equal("poles/P01", (await directory.GetPoleAsync(new GetPoleRequest { Name = "poles/P01" }, who)).Pole.Name);
        Assert.Single((await directory.ListPolesAsync(new ListPolesRequest(), who)).Poles);
        Assert.Equal("CSAPA", (await directory.GetOrganisationAsync(new GetOrganisationRequest { Name = "organisations/590000014" }, who)).Organisation.Kind);
        Assert.Single((await directory.ListOrganisationsAsync(new ListOrganisationsRequest(), who)).Organisations);
        var resolved = await directory.ResolvePoleAsync(new ResolvePoleRequest { Programme = "programmes/ADDICTIONS", Commune = "59350" }, who);
        Assert.Equal(ResolvePoleResponse.Types.Result.One, resolved.Result);
    }

    [Theory]
    [MemberData(nameof(ReadersOfPeople))]
    public async Task Organisers_and_finance_read_people(string role)
    {
        var who = Tokens.As(Tokens.Of(role, "someone"));
        Assert.Equal("Lefèvre", (await Get("professionals/PER-1", who)).Professional.FamilyName);
        Assert.Single((await membership.Directory.ListProfessionalsAsync(new ListProfessionalsRequest(), who)).Professionals);
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Get("professionals/PER-404", who));
    }

    [Theory]
    [MemberData(nameof(NotReadersOfPeople))]
    public async Task Others_do_not_and_do_not_learn_who_exists(string role)
    {
        var who = Tokens.As(Tokens.Of(role, "professionals/PER-9"));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Get("professionals/PER-1", who));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Get("professionals/PER-404", who));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Get("nonsense", who));
        await Refused.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED", () => membership.Directory.ListProfessionalsAsync(new ListProfessionalsRequest(), who));
    }

    [Fact]
    public async Task A_professional_reads_oneself_by_name_or_by_rpps()
    {
        Assert.NotNull((await Get("professionals/PER-1", Tokens.As(Tokens.Professional("professionals/PER-1")))).Professional);
        Assert.NotNull((await Get("professionals/PER-1", Tokens.As(Tokens.Professional("psc|123", "99700001235")))).Professional);
        await Refused.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Get("professionals/PER-1", Tokens.As(Tokens.Professional("psc|123", "99700420013"))));
    }

    [Fact]
    public async Task A_caller_without_a_token_reads_nothing()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await membership.Directory.ListPolesAsync(new ListPolesRequest()));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    private AsyncUnaryCall<GetProfessionalResponse> Get(string name, Metadata who) =>
        membership.Directory.GetProfessionalAsync(new GetProfessionalRequest { Name = name }, who);
}
