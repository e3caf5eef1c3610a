using Grpc.Core;
using Intervision.Membership.Programmes;
using Intervision.Membership.V1;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>What reads answer, and how they refuse.</summary>
public sealed class ReadTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    public async ValueTask InitializeAsync()
    {
        await membership.InitializeAsync();
        await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), Sample.Pole().Row());
    }

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Theory]
    [InlineData("2019-12-31", new Mode[0])]
    [InlineData("2020-01-01", new[] { Mode.Liberal })]
    [InlineData("2026-02-01", new[] { Mode.Liberal, Mode.Salaried })]
    [InlineData("2026-06-29", new[] { Mode.Liberal, Mode.Salaried })]
    [InlineData("2026-06-30", new[] { Mode.Salaried })]
    public async Task Who_was_what_on_a_date(string date, Mode[] modes)
    {
        var both = Sample.Professional().With(p =>
        {
            p.Activities[0].UntilDate = Sample.Date("2026-06-30");
            p.Activities.Add(Sample.Activity("2026-02-01", mode: Mode.Salaried));
        });
        await membership.Import(both.Row());
        var read = await Get("professionals/PER-1", Sample.Date(date));
        Assert.Equal(modes, read.Professional.Activities.Select(a => a.Mode));
        Assert.Equal(2, (await Get("professionals/PER-1")).Professional.Activities.Count);
    }

    [Fact]
    public async Task A_professional_is_read_as_imported()
    {
        var read = (await Get("professionals/PER-1")).Professional;
        Assert.StartsWith("professionals/PER-1/activities/", read.Activities[0].ActivityName, StringComparison.Ordinal);
        read.Activities[0].ActivityName = "";
        Assert.Equal(Sample.Professional().With(p => p.Etag = "v1"), read);
        await membership.Import(Sample.Professional().With(p => p.Expert = true).Row());
        Assert.Equal("v2", (await Get("professionals/PER-1")).Professional.Etag);
    }

    [Fact]
    public async Task An_organisation_is_read_as_imported()
    {
        var read = (await membership.Directory.GetOrganisationAsync(
            new GetOrganisationRequest { Name = "organisations/590000014" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now))).Organisation;
        Assert.Equal(("organisations/590000014", Convention.Types.State.Signed), (read.Convention.Organisation, read.Convention.State));
        Assert.StartsWith("conventions/", read.Convention.Name, StringComparison.Ordinal);
        read.Convention = new Convention { SignedDate = read.Convention.SignedDate, EndDate = read.Convention.EndDate };
        Assert.Equal(Sample.Organisation().With(o => o.Etag = "v1"), read);
    }

    [Fact]
    public async Task A_pole_is_read_as_imported_and_active()
    {
        var read = (await membership.Directory.GetPoleAsync(
            new GetPoleRequest { Name = "poles/P01" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now))).Pole;
        var term = Assert.Single(read.Referents);
        Assert.StartsWith("poles/P01/referents/", term.Name, StringComparison.Ordinal);
        Assert.Equal(("professionals/PER-1", Sample.Date("2018-09-01"), null), (term.Professional, term.FromDate, term.UntilDate));
        read.Referents.Clear();
        Assert.Equal(Sample.Pole().With(p => (p.Etag, p.State) = ("v1", Pole.Types.State.Active)), read);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var who = Tokens.As(Tokens.Coordinator());
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => membership.Directory.GetPoleAsync(new GetPoleRequest { Name = "poles/P99" }, who));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => membership.Directory.GetProgrammeAsync(new GetProgrammeRequest { Name = "programmes/X" }, who));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => membership.Directory.GetOrganisationAsync(new GetOrganisationRequest { Name = "organisations/1" }, who));
    }

    [Fact]
    public async Task A_name_of_another_collection_is_no_name()
    {
        var who = Tokens.As(Tokens.Coordinator());
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => membership.Directory.GetPoleAsync(new GetPoleRequest { Name = "organisations/1" }, who));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => membership.Directory.GetProgrammeAsync(new GetProgrammeRequest(), who));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => membership.Directory.GetOrganisationAsync(new GetOrganisationRequest { Name = "organisations/a/b" }, who));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => membership.Directory.GetProfessionalAsync(new GetProfessionalRequest { Name = "professionals/" }, who));
        await Refused.With(StatusCode.InvalidArgument, "ON_DATE_INVALID", () => membership.Directory.GetProfessionalAsync(
            new GetProfessionalRequest { Name = "professionals/PER-1", OnDate = new Google.Type.Date { Year = 2026, Month = 13, Day = 1 } }, who));
    }

    [Fact]
    public async Task A_neighbour_by_postal_code_is_nearest_then_the_departement_then_the_rest()
    {
        await membership.Import(
            Sample.Commune("59009", "Villeneuve", "59491").Row(),
            Sample.Commune("59512", "Roubaix", "59100").Row(),
            Sample.Commune("60057", "Beauvais", "60000").Row(),
            Sample.Commune("59299", "Hem", "59491", "59510").Row(),
            Pole("P10", "A, autre département", "60057").Row(),
            Pole("P11", "B, même département", "59512").Row(),
            Pole("P12", "C, voisin", "59009").Row(),
            Pole("P13", "0, en présence", "59009").With(p => p.Modality = Modality.InPerson).Row(),
            Pole("P14", "0, pas encore", "59009").With(p => p.ActiveFromDate = Sample.Date("2026-09-02")).Row());
        // P01 of the small directory is hybrid and of the Nord too: after "B", by name.
        var answer = await membership.Directory.ResolvePoleAsync(
            new ResolvePoleRequest { Programme = "programmes/ADDICTIONS", Commune = "59299" }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        Assert.Equal(["poles/P12", "poles/P11", "poles/P01"], answer.NearestVideoPoles);

        static Pole Pole(string code, string label, string commune) => Sample.Pole(code).With(p =>
        {
            (p.DisplayName, p.SeatCommune) = (label, commune);
            p.Communes[0] = commune;
        });
    }

    [Fact]
    public async Task Programmes_are_seeded_once_and_a_third_needs_no_release()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            """
            { "programmes": [ {
              "name": "programmes/TABAC", "displayName": "Tabac", "maximumCasesPerSession": 3, "minutesPerCase": 20, "sessionMinutes": 60,
              "rhythms": ["RHYTHM_QUARTERLY"] } ] }
            """);
        for (var i = 0; i < 2; i++)
        {
            await membership.Db.InTransaction(tx => ProgrammeSeed.Seed(tx, MembershipFixture.Now, file), CancellationToken.None);
        }

        File.Delete(file);
        Assert.Equal(3, await membership.Count("programme"));
        Assert.Equal(3, (await membership.EventCounts())["intervision.membership.programme_changed.v1"]);
        var results = await membership.Import(Sample.Pole("T01").With(p => (p.Programme, p.Rhythm) = ("programmes/TABAC", Rhythm.Quarterly)).Row());
        Assert.Equal(ImportDirectoryResponse.Types.Outcome.Created, Assert.Single(results).Outcome);
    }

    private async Task<GetProfessionalResponse> Get(string name, Google.Type.Date? onDate = null) =>
        await membership.Directory.GetProfessionalAsync(new GetProfessionalRequest { Name = name, OnDate = onDate }, Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
}
