using System.Diagnostics;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;
using RowResult = Intervision.Membership.V1.ImportDirectoryResponse.Types.RowResult;

namespace Intervision.Membership.Tests;

/// <summary>The sample region, imported once for the class.</summary>
public sealed class RegionFixture : MembershipFixture
{
    public IReadOnlyList<RowResult> Results { get; private set; } = [];

    public TimeSpan Took { get; private set; }

    protected override async Task Prepare()
    {
        var rows = Region.Rows();
        var clock = Stopwatch.StartNew();
        Results = await Import(rows);
        Took = clock.Elapsed;
    }
}

public sealed class RegionTests(RegionFixture fixture, ITestOutputHelper output) : IClassFixture<RegionFixture>
{
    [Fact]
    public async Task The_whole_region_goes_in()
    {
        output.WriteLine($"{fixture.Results.Count} rows in {fixture.Took.TotalSeconds:0.00} s");
        Assert.DoesNotContain(fixture.Results, r => r.Outcome != Outcome.Created);
        Assert.Equal(3782, await fixture.Count("commune"));
        Assert.Equal(462, await fixture.Count("organisation"));
        Assert.Equal(2960, await fixture.Count("cpts_territory"));
        Assert.Equal(156, await fixture.Count("convention"));
        Assert.Equal(1378, await fixture.Count("professional"));
        Assert.Equal(1441, await fixture.Count("activity"));
        Assert.Equal(21, await fixture.Count("pole"));
        Assert.Equal(3062, await fixture.Count("pole_commune"));
        Assert.True(fixture.Took < TimeSpan.FromSeconds(15), $"took {fixture.Took}");
    }

    [Fact]
    public async Task Every_change_is_said_once()
    {
        var said = await fixture.EventCounts();
        Assert.Equal(2, said["intervision.membership.programme_changed.v1"]);
        Assert.Equal(5, said["intervision.membership.communes_changed.v1"]);
        Assert.Equal(462, said["intervision.membership.organisation_changed.v1"]);
        Assert.Equal(156, said["intervision.membership.convention_changed.v1"]);
        Assert.Equal(1378, said["intervision.membership.professional_changed.v1"]);
        Assert.Equal(21, said["intervision.membership.pole_changed.v1"]);
        Assert.True(await fixture.Db.Read(tx => tx.Single<bool>("select max(length(payload)) < 262144 from outbox"), CancellationToken.None));
    }

    [Fact]
    public async Task Results_come_in_order_with_the_labels_sent() =>
        Assert.Equal(Region.Rows().Select(r => r.RowLabel), fixture.Results.Select(r => r.RowLabel));

    [Fact]
    public async Task The_same_region_again_changes_nothing_and_says_nothing()
    {
        var before = await fixture.Count("outbox");
        var again = await fixture.Import(Region.Rows());
        Assert.DoesNotContain(again, r => r.Outcome != Outcome.Unchanged);
        Assert.Equal(before, await fixture.Count("outbox"));
    }

    [Fact]
    public async Task An_event_carries_the_full_state()
    {
        var said = Assert.Single(await fixture.Said("poles/P20")).As<PoleChanged>().Pole;
        var read = (await fixture.Directory.GetPoleAsync(new GetPoleRequest { Name = "poles/P20" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now))).Pole;
        Assert.Equal(read, said);
        Assert.Equal((Rhythm.Monthly, Weekday.Tuesday, 90), (said.Rhythm, said.Weekday, said.DurationMinutes));
        Assert.Equal(494, said.Communes.Count);
    }

    [Theory]
    [InlineData("ADDICTIONS", "59350", ResolvePoleResponse.Types.Result.One, "poles/P01")]
    [InlineData("SANTE_PRECARITE", "59350", ResolvePoleResponse.Types.Result.One, "poles/L01")]
    public async Task A_commune_of_one_pole(string programme, string commune, ResolvePoleResponse.Types.Result result, string pole)
    {
        var found = await Resolve(programme, commune);
        Assert.Equal(result, found.Result);
        Assert.Equal([pole], found.Poles);
        Assert.Empty(found.NearestVideoPoles);
        Assert.Contains("Lille", found.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commune_of_several_poles_is_left_to_triage()
    {
        var commune = Region.Poles().Where(p => p.Pole.Programme == "programmes/ADDICTIONS").SelectMany(p => p.Pole.Communes)
            .GroupBy(c => c, StringComparer.Ordinal).First(c => c.Count() == 2).Key;
        var found = await Resolve("ADDICTIONS", commune);
        Assert.Equal(ResolvePoleResponse.Types.Result.Several, found.Result);
        Assert.Equal(2, found.Poles.Count);
        Assert.Contains("tri régional", found.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commune_of_the_Oise_gets_the_poles_that_meet_by_video()
    {
        var found = await Resolve("ADDICTIONS", "60057");
        Assert.Equal(ResolvePoleResponse.Types.Result.None, found.Result);
        Assert.Empty(found.Poles);
        Assert.Equal(3, found.NearestVideoPoles.Count);
        var video = Region.Poles().Where(p => p.Pole.Modality is Modality.Video or Modality.Hybrid).Select(p => p.Pole.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(found.NearestVideoPoles, p => Assert.Contains(p, video));
        Assert.Contains("Beauvais", found.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_about_the_unknown_is_refused()
    {
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "UNKNOWN_COMMUNE", () => Asking("ADDICTIONS", "59000"));
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "UNKNOWN_PROGRAMME", () => Asking("NOPE", "59350"));
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "NAME_INVALID", () => fixture.Directory.ResolvePoleAsync(
            new ResolvePoleRequest { Programme = "ADDICTIONS", Commune = "59350" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now)));
    }

    [Fact]
    public async Task Lists_come_in_pages_without_gap_or_repeat()
    {
        var names = new List<string>();
        var token = "";
        do
        {
            var page = await fixture.Directory.ListOrganisationsAsync(new ListOrganisationsRequest { PageSize = 100, PageToken = token }, Tokens.As(Tokens.Coordinator()));
            names.AddRange(page.Organisations.Select(o => o.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(462, names.Count);
        Assert.Equal(names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task A_page_token_serves_its_own_search_and_caller_only()
    {
        var page = await fixture.Directory.ListOrganisationsAsync(new ListOrganisationsRequest { PageSize = 2 }, Tokens.As(Tokens.Coordinator()));
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => fixture.Directory.ListOrganisationsAsync(
            new ListOrganisationsRequest { PageSize = 2, PageToken = page.NextPageToken, Kind = "CPTS" }, Tokens.As(Tokens.Coordinator())));
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => fixture.Directory.ListOrganisationsAsync(
            new ListOrganisationsRequest { PageSize = 2, PageToken = page.NextPageToken }, Tokens.As(Tokens.Coordinator("somebody@else"))));
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => fixture.Directory.ListPolesAsync(
            new ListPolesRequest { PageSize = -1 }, Tokens.As(Tokens.Coordinator())));
    }

    [Fact]
    public async Task Lists_are_filtered()
    {
        var coordinator = Tokens.As(Tokens.Coordinator());
        Assert.Equal(20, (await fixture.Directory.ListOrganisationsAsync(new ListOrganisationsRequest { Kind = "CPTS", PageSize = 1000 }, coordinator)).Organisations.Count);
        Assert.Equal("poles/L01", Assert.Single((await fixture.Directory.ListPolesAsync(new ListPolesRequest { Programme = "programmes/SANTE_PRECARITE" }, coordinator)).Poles).Name);
        var people = (await fixture.Directory.ListProfessionalsAsync(new ListProfessionalsRequest { Pole = "poles/P12", PageSize = 1000 }, coordinator)).Professionals;
        Assert.NotEmpty(people);
        Assert.All(people, p => Assert.Contains(p.Activities, a => a.Pole == "poles/P12"));
        var hosts = (await fixture.Directory.ListOrganisationsAsync(new ListOrganisationsRequest { Pole = "poles/P12", PageSize = 1000 }, coordinator)).Organisations;
        Assert.NotEmpty(hosts);
        Assert.All(hosts, o => Assert.Equal("poles/P12", o.Pole));
    }

    [Fact]
    public async Task A_cpts_is_read_with_its_territory()
    {
        var expected = Region.Organisations().First(o => o.Organisation.Kind == "CPTS").Organisation;
        var read = (await fixture.Directory.GetOrganisationAsync(new GetOrganisationRequest { Name = expected.Name }, Tokens.As(Tokens.Coordinator()))).Organisation;
        Assert.Equal(expected.TerritoryCommunes.Order(StringComparer.Ordinal), read.TerritoryCommunes);
    }

    [Fact]
    public async Task Programmes_are_data_with_their_rules()
    {
        var read = (await fixture.Directory.ListProgrammesAsync(new ListProgrammesRequest(), Tokens.As(Tokens.Coordinator()))).Programmes;
        Assert.Equal(["programmes/ADDICTIONS", "programmes/SANTE_PRECARITE"], read.Select(p => p.Name));
        var (addictions, lille) = (read[0], read[1]);
        Assert.Equal((5, 6), (addictions.MaximumCasesPerSession, lille.MaximumCasesPerSession));
        Assert.Equal((true, false), (addictions.Indemnified, lille.Indemnified));
        Assert.Equal((true, false), (addictions.ExpertRequired, lille.ExpertRequired));
        Assert.Equal((false, true), (addictions.PreparatoryMeetingRequired, lille.PreparatoryMeetingRequired));
        Assert.Equal([7, 8], lille.ClosedMonths);
        Assert.Equal(Assert.Single(await fixture.Said("programmes/ADDICTIONS")).As<ProgrammeChanged>().Programme, addictions);
    }

    private async Task<ResolvePoleResponse> Resolve(string programme, string commune) => await Asking(programme, commune);

    private Grpc.Core.AsyncUnaryCall<ResolvePoleResponse> Asking(string programme, string commune) => fixture.Directory.ResolvePoleAsync(
        new ResolvePoleRequest { Programme = "programmes/" + programme, Commune = commune }, Tokens.As(Tokens.Professional("professionals/PER-00001"), MembershipFixture.Now));
}
