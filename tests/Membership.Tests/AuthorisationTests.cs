using System.Reflection;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Client = Intervision.Membership.V1.MembershipService.MembershipServiceClient;

namespace Intervision.Membership.Tests;

/// <summary>
/// Every RPC by every role, as the code itself declares: who may not learns nothing, not even what exists; who may within
/// bounds is let in on this side of them and not beyond.
/// </summary>
public sealed class AuthorisationTests(TwoTerritories membership) : IClassFixture<TwoTerritories>
{
    private const string Page = "docs/authorisation-membership.md";

    private static readonly AuthorisationTable Table = new(
        MembershipReflection.Descriptor.FindTypeByName<Google.Protobuf.Reflection.ServiceDescriptor>("MembershipService"), typeof(MembershipGrpcService));

    /// <summary>For each cell with bounds: a call within them and calls beyond, which are refused alike whether or not the thing exists.</summary>
    private static readonly Dictionary<(string Rpc, string Role), Bounded> Bounds = new()
    {
        [("GetPole", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.GetPoleAsync(new() { Name = "poles/P01" }, h),
            (d, h) => d.GetPoleAsync(new() { Name = "poles/P02" }, h),
            (d, h) => d.GetPoleAsync(new() { Name = "poles/P404" }, h),
            (d, h) => d.GetPoleAsync(new() { Name = "nonsense" }, h)),
        [("GetOrganisation", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.GetOrganisationAsync(new() { Name = "organisations/590000014" }, h),
            (d, h) => d.GetOrganisationAsync(new() { Name = "organisations/600000996" }, h),
            (d, h) => d.GetOrganisationAsync(new() { Name = "organisations/404" }, h),
            (d, h) => d.GetOrganisationAsync(new() { Name = "nonsense" }, h)),
        [("ResolvePole", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.ResolvePoleAsync(new() { Programme = "programmes/ADDICTIONS", Commune = "59350" }, h),
            (d, h) => d.ResolvePoleAsync(new() { Programme = "programmes/ADDICTIONS", Commune = "60057" }, h),
            (d, h) => d.ResolvePoleAsync(new() { Programme = "programmes/ADDICTIONS", Commune = "00000" }, h),
            (d, h) => d.ResolvePoleAsync(new() { Programme = "nonsense", Commune = "60057" }, h)),
        [("RecordPromotion", Roles.Referent)] = RecordPromotion,
        [("RecordPromotion", Roles.HostCoordinator)] = RecordPromotion,
        [("RetractPromotion", Roles.Referent)] = RetractPromotion,
        [("RetractPromotion", Roles.HostCoordinator)] = RetractPromotion,
        [("ListPromotions", Roles.Referent)] = ListPromotions,
        [("ListPromotions", Roles.HostCoordinator)] = ListPromotions,
        [("ListPoles", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.ListPolesAsync(new(), h)),
        [("ListOrganisations", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.ListOrganisationsAsync(new(), h)),
        [("AcceptCharter", Roles.Professional)] = Bounded.Of(
            (d, h) => d.AcceptCharterAsync(Charter("professionals/PER-1"), h),
            (d, h) => d.AcceptCharterAsync(Charter("professionals/PER-2"), h),
            (d, h) => d.AcceptCharterAsync(Charter("professionals/PER-404"), h),
            (d, h) => d.AcceptCharterAsync(Charter("nonsense"), h)),
        [("SearchProfessionals", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.SearchProfessionalsAsync(new(), h)),
        [("GetProfessional", Roles.Cpts)] = Bounded.Of(
            (d, h) => d.GetProfessionalAsync(new() { Name = "professionals/PER-1" }, h),
            (d, h) => d.GetProfessionalAsync(new() { Name = "professionals/PER-2" }, h),
            (d, h) => d.GetProfessionalAsync(new() { Name = "professionals/PER-404" }, h),
            (d, h) => d.GetProfessionalAsync(new() { Name = "nonsense" }, h)),
        [("GetProfessional", Roles.Professional)] = Bounded.Of(
            (d, h) => d.GetProfessionalAsync(new() { Name = "professionals/PER-1" }, h),
            (d, h) => d.GetProfessionalAsync(new() { Name = "professionals/PER-2" }, h),
            (d, h) => d.GetProfessionalAsync(new() { Name = "professionals/PER-404" }, h),
            (d, h) => d.GetProfessionalAsync(new() { Name = "nonsense" }, h)),
    };

    private static Bounded RecordPromotion => Bounded.Of(
        (d, h) => d.RecordPromotionAsync(Promoting("poles/P01"), h),
        (d, h) => d.RecordPromotionAsync(Promoting("poles/P02"), h),
        (d, h) => d.RecordPromotionAsync(Promoting("poles/P404"), h),
        (d, h) => d.RecordPromotionAsync(Promoting(""), h),
        (d, h) => d.RecordPromotionAsync(new(), h));

    private static Bounded ListPromotions => Bounded.Of(
        (d, h) => d.ListPromotionsAsync(new() { Pole = "poles/P01" }, h),
        (d, h) => d.ListPromotionsAsync(new() { Pole = "poles/P02" }, h),
        (d, h) => d.ListPromotionsAsync(new() { Pole = "poles/P404" }, h),
        (d, h) => d.ListPromotionsAsync(new(), h));

    private static Bounded RetractPromotion => new(
        async (d, h) => await d.RetractPromotionAsync(await Retracting(d, "poles/P01"), h),
        [
            async (d, h) => await d.RetractPromotionAsync(await Retracting(d, "poles/P02"), h),
            async (d, h) => await d.RetractPromotionAsync(new() { Name = $"promotions/{Guid.CreateVersion7()}" }, h),
            async (d, h) => await d.RetractPromotionAsync(new() { Name = "nonsense" }, h),
        ]);

    public static TheoryData<string, string> Refusals => Data(c => !c.Allowed);

    public static TheoryData<string, string> Permissions => Data(c => c is { Allowed: true, Within: "" });

    public static TheoryData<string, string> BoundedPermissions => Data(c => c is { Allowed: true, Within.Length: > 0 });

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Who_may_not_is_refused_before_the_request_is_looked_at(string rpc, string role) =>
        Assert.Equal(
            role == AuthorisationTable.Nobody ? StatusCode.Unauthenticated : StatusCode.PermissionDenied,
            await Table.CallEmpty(membership.Invoker, rpc, HeadersOf(role)));

    [Theory]
    [MemberData(nameof(Permissions))]
    public async Task Who_may_is_let_in(string rpc, string role) =>
        Assert.DoesNotContain(
            await Table.CallEmpty(membership.Invoker, rpc, HeadersOf(role)),
            new[] { StatusCode.PermissionDenied, StatusCode.Unauthenticated, StatusCode.Unimplemented, StatusCode.Internal });

    [Theory]
    [MemberData(nameof(BoundedPermissions))]
    public async Task Who_may_within_bounds_is_refused_beyond_them(string rpc, string role)
    {
        var bounded = Bounds[(rpc, role)];
        await bounded.Inside(membership.Directory, HeadersOf(role));
        foreach (var outside in bounded.Outside)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => outside(membership.Directory, HeadersOf(role)));
            Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        }
    }

    [Fact]
    public void Every_rpc_says_who_may_call_it() => Assert.Empty(Table.Undeclared);

    [Fact]
    public async Task A_cpts_lists_what_its_territory_touches()
    {
        var headers = HeadersOf(Roles.Cpts);
        Assert.Equal(["poles/P01"], (await membership.Directory.ListPolesAsync(new ListPolesRequest(), headers)).Poles.Select(p => p.Name));
        Assert.Equal(
            ["organisations/590000014", TwoTerritories.Cpts],
            (await membership.Directory.ListOrganisationsAsync(new ListOrganisationsRequest(), headers)).Organisations.Select(o => o.Name));
    }

    [Fact]
    public async Task A_cpts_token_without_a_cpts_reads_nothing()
    {
        var headers = Tokens.As(Tokens.Of(Roles.Cpts, "client:nobody"));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => membership.Directory.ListPolesAsync(new ListPolesRequest(), headers));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => membership.Directory.GetPoleAsync(new GetPoleRequest { Name = "poles/P01" }, headers));
    }

    [Fact]
    public async Task A_professional_is_known_by_rpps_too() =>
        Assert.NotNull((await membership.Directory.GetProfessionalAsync(
            new GetProfessionalRequest { Name = "professionals/PER-1" }, Tokens.As(Tokens.Professional("psc|123", "99700001235"), MembershipFixture.Now))).Professional);

    [Fact]
    public void The_page_shows_what_the_code_declares()
    {
        var file = Path.Combine(Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!, Page);
        var expected = Table.ToPage("Membership", "`services/Membership/*/*Rpcs.cs`");
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(file, expected);
        }

        Assert.Equal(expected, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static AcceptCharterRequest Charter(string professional) => new()
    {
        RequestId = Guid.CreateVersion7().ToString(),
        Name = professional,
        Programme = "programmes/ADDICTIONS",
        Version = TwoTerritories.CharterVersion,
        AcceptDate = Sample.Date("2026-09-01"),
    };

    private static TheoryData<string, string> Data(Func<Cell, bool> which)
    {
        var data = new TheoryData<string, string>();
        foreach (var cell in Table.Cells.Where(which))
        {
            data.Add(cell.Rpc, cell.Role);
        }

        return data;
    }

    private static Metadata HeadersOf(string role) => role switch
    {
        AuthorisationTable.Nobody => [],
        Roles.Cpts => Tokens.As(Tokens.Cpts(TwoTerritories.Cpts), MembershipFixture.Now),
        Roles.Referent or Roles.HostCoordinator => Tokens.As(new DevelopmentClaims("professionals/PER-1", [role]) { Poles = ["poles/P01"] }, MembershipFixture.Now),
        _ => Tokens.As(Tokens.Of(role, "professionals/PER-1"), MembershipFixture.Now),
    };

    private static RecordPromotionRequest Promoting(string pole) => new()
    {
        RequestId = Guid.CreateVersion7().ToString(),
        Promotion = new()
        {
            Pole = pole, Professional = "professionals/PER-1", Date = Sample.Date("2026-09-01"), Kind = Promotion.Types.Kind.Visit, Contacts = 1,
        },
    };

    private static async Task<RetractPromotionRequest> Retracting(Client directory, string pole)
    {
        var recorded = (await directory.RecordPromotionAsync(Promoting(pole), HeadersOf(Roles.Coordinator))).Promotion;
        return new() { RequestId = Guid.CreateVersion7().ToString(), Name = recorded.Name, Etag = recorded.Etag };
    }

    private sealed record Bounded(Func<Client, Metadata, Task> Inside, IEnumerable<Func<Client, Metadata, Task>> Outside)
    {
        public static Bounded Of<T>(
            Func<Client, Metadata, AsyncUnaryCall<T>> inside,
            params Func<Client, Metadata, AsyncUnaryCall<T>>[] outside) =>
            new(async (d, h) => await inside(d, h), outside.Select<Func<Client, Metadata, AsyncUnaryCall<T>>, Func<Client, Metadata, Task>>(o => async (d, h) => await o(d, h)));
    }
}

/// <summary>Lille, in the territory of a CPTS, and Beauvais, beyond it: a pôle, a structure and a person in each.</summary>
public sealed class TwoTerritories : MembershipFixture
{
    public const string Cpts = "organisations/99900012800010";

    public const string CharterVersion = "2020";

    protected override async Task Prepare()
    {
        var cpts = Sample.Organisation("99900012800010", "SIRET", "CPTS").With(o =>
        {
            o.Convention = null;
            o.TerritoryCommunes.Add("59350");
        });
        var results = await Import(
            Sample.Lille().Row(),
            Sample.Commune("60057", "Beauvais", "60000").Row(),
            Sample.Organisation().Row(),
            cpts.Row(),
            Sample.Organisation("600000996").With(o => (o.Commune, o.Pole) = ("60057", "poles/P02")).Row(),
            Sample.Professional().Row(),
            Sample.Professional("PER-2", "99700420013").With(p =>
            {
                p.Activities.Clear();
                p.Activities.Add(Sample.Activity("2020-01-01", organisation: "600000996"));
            }).Row(),
            Sample.Pole().Row(),
            Sample.Pole("P02").With(p =>
            {
                (p.SeatCommune, p.Host, p.Referent) = ("60057", "organisations/600000996", "professionals/PER-2");
                p.Communes[0] = "60057";
            }).Row());
        Assert.All(results, r => Assert.Equal("", r.Reason));
        var programme = (await Directory.GetProgrammeAsync(new() { Name = "programmes/ADDICTIONS" }, Tokens.As(Tokens.Coordinator()))).Programme;
        await Directory.PublishProgrammeDocumentAsync(
            new()
            {
                RequestId = Guid.CreateVersion7().ToString(),
                Name = programme.Name,
                Etag = programme.Etag,
                Document = new()
                {
                    Kind = ProgrammeDocument.Types.Kind.Charter, Version = CharterVersion, Title = "Charte", Sha256 = new string('a', 64), EffectiveDate = Sample.Date("2020-01-01"),
                },
            },
            Tokens.As(Tokens.Coordinator()));
    }
}
