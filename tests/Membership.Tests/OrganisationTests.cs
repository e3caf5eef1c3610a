using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Identifiers;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Structures, added and changed by hand.</summary>
public sealed class OrganisationTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private static int used = 100;

    public static TheoryData<string, string> RightIdentifiers => new()
    {
        { "FINESS", "2A0000014" }, { "FINESS", "2B0000012" }, { "FINESS", "970100012" }, { "SIREN", "732829320" }, { "SIRET", "73282932000074" },
        { "SIRET", "35600000049837" }, { "siret", " 356 000 000 00048 " },
    };

    public static TheoryData<string, Action<Organisation>> Wrong => new()
    {
        { "IDENTIFIER_INVALID", o => o.Identifier = "590000015" },
        { "IDENTIFIER_INVALID", o => o.IdentifierType = "" },
        { "NAME_MISMATCH", o => o.Name = "organisations/590000014" },
        { "DISPLAY_NAME_INVALID", o => o.DisplayName = " " },
        { "COMMUNE_INVALID", o => o.Commune = "Lille" },
        { "UNKNOWN_COMMUNE", o => o.Commune = "59000" },
        { "UNKNOWN_KIND", o => o.Kind = "BOULANGERIE" },
        { "POLE_INVALID", o => o.Pole = "P01" },
        { "UNKNOWN_POLE", o => o.Pole = "poles/P99" },
        { "JOINED_DATE_INVALID", o => o.JoinedDate = new Google.Type.Date { Year = 2026, Month = 2, Day = 30 } },
        { "TERRITORY_NOT_ALLOWED", o => o.TerritoryCommunes.Add("59350") },
        { "COMMUNE_INVALID", o => Cpts(o, "Lille") },
        { "UNKNOWN_COMMUNE", o => Cpts(o, "59999") },
        { "PROFILE_INVALID", o => o.Profile = new PartnerProfile { Missions = new string('a', 2001) } },
        { "PROFILE_INVALID", o => o.Profile = new PartnerProfile { Operation = "a\0" } },
        { "IDENTIFIER_SOURCE_INVALID", o => o.IdentifierSource = (IdentifierSource)9 },
        { "IDENTIFIER_VERIFIED_DATE_INVALID", o => o.IdentifierVerifiedDate = new Google.Type.Date { Year = 2026 } },
        { "IDENTIFIER_VERIFIED_DATE_IN_FUTURE", o => o.IdentifierVerifiedDate = Sample.Date("2026-09-02") },
    };

    [Fact]
    public async Task An_organisation_is_created_once_and_told_in_full()
    {
        var said = New();
        var created = (await Once.Acts(
            membership,
            Create,
            new CreateOrganisationRequest { Organisation = said },
            r => r.Organisation.DisplayName = "Autre",
            (1, 1))).Organisation;
        Assert.Equal(said.Clone().With(o => o.Etag = "v1"), created);
        Assert.Equal(created, await Get(created.Name));
        var told = Assert.Single(await membership.Said(created.Name)).As<OrganisationChanged>();
        Assert.Equal(created, told.Organisation);
    }

    [Fact]
    public async Task The_same_identifier_twice_is_one_organisation()
    {
        var said = New();
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                await Create(Once.WithId(new CreateOrganisationRequest { Organisation = said }));
                return "";
            }
            catch (RpcException refused)
            {
                return $"{refused.StatusCode}/{refused.Reason()}";
            }
        }));
        Assert.Equal(["", .. Enumerable.Repeat("AlreadyExists/ORGANISATION_EXISTS", 5)], results.Order(StringComparer.Ordinal));
        Assert.Single(await membership.Said(said.Name));
    }

    [Theory]
    [MemberData(nameof(RightIdentifiers))]
    public async Task Identifiers_by_their_own_rules(string type, string identifier)
    {
        var said = New().With(o => (o.Name, o.IdentifierType, o.Identifier) = ("", type, identifier));
        var created = (await Create(Once.WithId(new CreateOrganisationRequest { Organisation = said }))).Organisation;
        Assert.Equal(("organisations/" + Keys.Canonical(identifier), type.ToUpperInvariant()), (created.Name, created.IdentifierType));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_refused_by_create_and_by_update(string reason, Action<Organisation> breaks)
    {
        var wrong = New().With(breaks);
        var refused = await Refused.With(
            StatusCode.InvalidArgument, reason, () => Create(Once.WithId(new CreateOrganisationRequest { Organisation = wrong })));
        Assert.StartsWith("organisation.", refused.Detail<Google.Rpc.BadRequest>()!.FieldViolations[0].Field, StringComparison.Ordinal);
        if (reason is not ("IDENTIFIER_INVALID" or "NAME_MISMATCH" or "DISPLAY_NAME_INVALID"))
        {
            var there = await Created();
            wrong.Name = there.Name;
            wrong.Etag = there.Etag;
            await Refused.With(StatusCode.InvalidArgument, reason, () => Update(Once.WithId(new UpdateOrganisationRequest { Organisation = wrong })));
            Assert.Equal(there, await Get(there.Name));
        }
    }

    [Fact]
    public async Task An_organisation_changes_where_the_mask_says()
    {
        var there = await Created();
        var said = new Organisation { Name = there.Name, Etag = there.Etag, Kind = "CPTS", TerritoryCommunes = { "59350" }, DisplayName = "ignored" };
        var request = new UpdateOrganisationRequest { Organisation = said, UpdateMask = new FieldMask { Paths = { "kind", "territory_communes", "profile" } } };
        var changed = (await Once.Acts(membership, Update, request, r => r.Organisation.Kind = "CSAPA", (1, 1))).Organisation;
        Assert.Equal(there.Clone().With(o => Cpts(o, "59350")).With(o => (o.Profile, o.Etag) = (null, "v2")), changed);
        Assert.Equal(changed, (await membership.Said(there.Name))[^1].As<OrganisationChanged>().Organisation);
        await Refused.With(
            StatusCode.InvalidArgument,
            "TERRITORY_NOT_ALLOWED",
            () => Update(Once.WithId(new UpdateOrganisationRequest { Organisation = new() { Name = there.Name, Etag = "v2", Kind = "CSAPA" } })));
    }

    [Fact]
    public async Task A_change_that_changes_nothing_says_nothing()
    {
        var there = await Created();
        var same = (await Once.Acts(
            membership, Update, new UpdateOrganisationRequest { Organisation = there.Clone() }, r => r.Organisation.VideoCapable = true, (0, 0))).Organisation;
        Assert.Equal(there, same);
    }

    [Fact]
    public async Task Of_two_who_edit_the_same_organisation_one_wins()
    {
        var there = await Created();
        var request = new UpdateOrganisationRequest { Organisation = there.Clone().With(o => o.DisplayName = "Nouveau nom") };
        var won = (await Once.Wins(Update, request, (r, etag) => r.Organisation.Etag = etag)).Organisation;
        Assert.Equal(("Nouveau nom", "v2"), (won.DisplayName, won.Etag));
        Assert.Equal(2, (await membership.Said(there.Name)).Count);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("identifier")]
    [InlineData("identifier_type")]
    [InlineData("memberships")]
    [InlineData("convention")]
    [InlineData("etag")]
    [InlineData("nonsense")]
    public async Task Some_fields_do_not_change_this_way(string path)
    {
        var there = await Created();
        await Refused.With(
            StatusCode.InvalidArgument,
            "UPDATE_MASK_INVALID",
            () => Update(Once.WithId(new UpdateOrganisationRequest { Organisation = there, UpdateMask = new FieldMask { Paths = { path } } })));
    }

    [Fact]
    public async Task What_is_not_there_and_what_time_forbids()
    {
        await Refused.With(
            StatusCode.NotFound, "NOT_FOUND", () => Update(Once.WithId(new UpdateOrganisationRequest { Organisation = new() { Name = "organisations/1", Etag = "v1" } })));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => Update(Once.WithId(new UpdateOrganisationRequest())));
        var there = await Created();
        there.DisplayName = "Plus tôt";
        await Refused.With(
            StatusCode.FailedPrecondition,
            "CLOCK_BEFORE_LAST_CHANGE",
            () => membership.Directory.UpdateOrganisationAsync(Once.WithId(new UpdateOrganisationRequest { Organisation = there }), At(MembershipFixture.Now.AddHours(-1))));
    }

    [Fact]
    public async Task An_import_of_the_row_as_it_was_after_an_edit_by_hand_keeps_the_edit()
    {
        var row = New();
        await membership.Import(row.Row());
        var there = await Get(row.Name);
        await Update(Once.WithId(new UpdateOrganisationRequest { Organisation = there.With(o => o.DisplayName = "À la main") }));
        var again = Assert.Single(await membership.Import(row.Row()));
        Assert.Equal(ImportDirectoryResponse.Types.Outcome.Unchanged, again.Outcome);
        Assert.Equal("À la main", (await Get(row.Name)).DisplayName);
    }

    internal static Organisation New()
    {
        var stem = $"59010{Interlocked.Increment(ref used):000}";
        var finess = Enumerable.Range(0, 10).Select(key => $"{stem}{key}").Single(Finess.IsValid);
        return new Organisation
        {
            Name = "organisations/" + finess,
            IdentifierType = "FINESS",
            Identifier = finess,
            DisplayName = "CHRS Lille",
            Kind = "CHRS",
            Commune = "59350",
            Pole = "poles/P01",
            JoinedDate = Sample.Date("2026-08-01"),
            VideoCapable = false,
            Profile = new PartnerProfile { LegalFrame = "Loi 2002-2", Operation = "24 h / 24", Missions = "Héberger" },
            IdentifierSource = IdentifierSource.Directory,
            IdentifierVerifiedDate = Sample.Date("2026-09-01"),
        };
    }

    private static void Cpts(Organisation organisation, string commune)
    {
        organisation.Kind = "CPTS";
        organisation.TerritoryCommunes.Add(commune);
    }

    private static Metadata At(DateTimeOffset now) => Tokens.As(Tokens.Coordinator(), now);

    private async Task<Organisation> Created() => (await Create(Once.WithId(new CreateOrganisationRequest { Organisation = New() }))).Organisation;

    private async Task<Organisation> Get(string name) =>
        (await membership.Directory.GetOrganisationAsync(new GetOrganisationRequest { Name = name }, At(MembershipFixture.Now))).Organisation;

    private AsyncUnaryCall<CreateOrganisationResponse> Create(CreateOrganisationRequest request) =>
        membership.Directory.CreateOrganisationAsync(request, At(MembershipFixture.Now));

    private AsyncUnaryCall<UpdateOrganisationResponse> Update(UpdateOrganisationRequest request) =>
        membership.Directory.UpdateOrganisationAsync(request, At(MembershipFixture.Now));
}
