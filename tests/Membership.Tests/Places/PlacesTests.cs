using System.Net;
using Grpc.Core;
using Intervision.Membership.Places;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Membership.Tests;

/// <summary>What anybody at all may know: where and when people meet.</summary>
public sealed class PlacesTests(PlacesTests.Region places) : IClassFixture<PlacesTests.Region>
{
    [Theory]
    [InlineData(Rhythm.Monthly, Weekday.Tuesday, "12:30", "chaque mois, le mardi à 12 h 30")]
    [InlineData(Rhythm.EverySixWeeks, Weekday.Monday, "09:05", "toutes les six semaines, le lundi à 9 h 05")]
    [InlineData(Rhythm.EveryTwoMonths, Weekday.Sunday, "18:00", "tous les deux mois, le dimanche à 18 h")]
    [InlineData(Rhythm.Quarterly, Weekday.Saturday, "00:00", "chaque trimestre, le samedi à 0 h")]
    [InlineData(Rhythm.OnDemand, Weekday.Unspecified, "", "à la demande")]
    [InlineData(Rhythm.OnDemand, Weekday.Wednesday, "12:00", "à la demande, le mercredi à 12 h")]
    [InlineData(Rhythm.OnDemand, Weekday.Thursday, "", "à la demande, le jeudi")]
    [InlineData(Rhythm.OnDemand, Weekday.Unspecified, "12:15", "à la demande, à 12 h 15")]
    [InlineData((Rhythm)9, Weekday.Friday, "12:15", "le vendredi à 12 h 15")]
    [InlineData(Rhythm.Unspecified, (Weekday)9, "", "")]
    public void When_in_words(Rhythm rhythm, Weekday weekday, string start, string french) =>
        Assert.Equal(french, RhythmInFrench.Of(rhythm, weekday, start.Length == 0 ? null : TimeOnly.Parse(start, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public async Task Without_a_token_the_active_ones_by_departement_and_name()
    {
        var answer = await places.Directory.ListPlacesAsync(new ListPlacesRequest(), Region.Anybody);
        Assert.Equal(["poles/A2", "poles/A4", "poles/A1", "poles/A3"], answer.Places.Select(p => p.Pole));
        Assert.Equal(
            new Place
            {
                Pole = "poles/A1", DisplayName = "Pôle Lille", ProgrammeDisplayName = answer.Places[0].ProgrammeDisplayName, HostDisplayName = "CSAPA Lille",
                CommuneDisplayName = "Lille", Departement = "59", Modality = Modality.Hybrid, RhythmDescription = "chaque mois, le vendredi à 12 h 15",
                CoordinatorEmail = "coordination.p01@example.org",
            },
            answer.Places[2]);
        Assert.NotEmpty(answer.Places[0].ProgrammeDisplayName);
        Assert.Equal((Modality.Video, ""), (answer.Places[3].Modality, answer.Places[3].HostDisplayName));
        Assert.Equal("Cabinet médical", answer.Places[1].HostDisplayName);
        Assert.DoesNotContain("Lefèvre", answer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("PER-1", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_by_page_nothing_is_lost_or_doubled_and_a_token_cannot_be_made_up()
    {
        var found = new List<string>();
        var request = new ListPlacesRequest { PageSize = 1 };
        do
        {
            var page = await places.Directory.ListPlacesAsync(request, Region.Anybody);
            found.AddRange(page.Places.Select(p => p.Pole));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(["poles/A2", "poles/A4", "poles/A1", "poles/A3"], found);
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => places.Directory.ListPlacesAsync(new ListPlacesRequest { PageToken = "x" }, Region.Anybody));
        await Refused.With(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => places.Directory.ListPlacesAsync(new ListPlacesRequest { PageSize = -1 }, Region.Anybody));
    }

    [Fact]
    public async Task Of_one_programme()
    {
        var answer = await places.Directory.ListPlacesAsync(new ListPlacesRequest { Programme = "programmes/SANTE_PRECARITE" }, Region.Anybody);
        Assert.Equal("poles/A3", Assert.Single(answer.Places).Pole);
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => places.Directory.ListPlacesAsync(new ListPlacesRequest { Programme = "X" }, Region.Anybody));
    }

    [Fact]
    public async Task A_token_that_is_not_one_does_not_shut_the_public_out()
    {
        var headers = new Metadata { { "authorization", "Bearer nonsense" }, { "x-intervision-now", MembershipFixture.Now.ToString("O") } };
        Assert.Equal(4, (await places.Directory.ListPlacesAsync(new ListPlacesRequest(), headers)).Places.Count);
    }

    [Fact]
    public async Task The_page_needs_no_token_and_shows_the_same()
    {
        using var answer = await places.Browser.GetAsync(new Uri("/lieux", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.Contains("<title>Lieux d'intervision en Hauts-de-France</title>", html, StringComparison.Ordinal);
        Assert.Contains("Pôle Lille", html, StringComparison.Ordinal);
        Assert.Contains("Aisne (02)", html, StringComparison.Ordinal);
        Assert.Contains("chaque mois, le vendredi à 12 h 15", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"mailto:coordination.p01@example.org\">coordination.p01@example.org</a>", html, StringComparison.Ordinal);
        Assert.Equal(4, html.Split("<th scope=\"row\">").Length - 1);
        Assert.DoesNotContain("Lefèvre", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Brouillon", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_a_script_is_shown_and_not_run()
    {
        var html = await places.Browser.GetStringAsync(new Uri("/lieux", UriKind.Relative));
        Assert.Contains("Pôle &lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Asked_for_its_head_it_has_no_body_and_nothing_can_be_sent_to_it()
    {
        using var head = await places.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/lieux"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        using var post = await places.Browser.PostAsync(new Uri("/lieux", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Without_its_database_the_page_says_so_and_when_to_come_back()
    {
        await using var broken = new NoDatabase();
        await broken.InitializeAsync();
        using var answer = await broken.Browser.GetAsync(new Uri("/lieux", UriKind.Relative));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "no-store"), (answer.StatusCode, answer.Headers.CacheControl!.ToString()));
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("momentanément indisponible", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_directory_says_is_escaped_everywhere()
    {
        const string Evil = "\"><img src=x onerror=alert(1)>&'";
        var html = PlacesPage.Of(
            [
                new Place
                {
                    DisplayName = Evil, ProgrammeDisplayName = Evil, HostDisplayName = Evil, CommuneDisplayName = Evil, Departement = Evil, RhythmDescription = Evil,
                    CoordinatorEmail = "\"><a?cc=x>@example.org",
                },
            ],
            isCut: false);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<a?", html, StringComparison.Ordinal);
        Assert.Contains("mailto:%22%3E%3Ca%3Fcc%3Dx%3E@example.org", html, StringComparison.Ordinal);
        Assert.Equal(6, html.Split("&quot;&gt;&lt;img src=x").Length - 1);
    }

    [Fact]
    public void An_empty_list_and_one_that_is_cut_say_so()
    {
        Assert.Contains("Aucun lieu", PlacesPage.Of([], isCut: false), StringComparison.Ordinal);
        var cut = PlacesPage.Of([new Place { DisplayName = "Pôle", Departement = "59" }], isCut: true);
        Assert.Contains("Seuls les 1 premiers", cut, StringComparison.Ordinal);
        Assert.Contains("non communiqué", cut, StringComparison.Ordinal);
        Assert.DoesNotContain("Seuls les", PlacesPage.Of([new Place { DisplayName = "Pôle", Departement = "59" }], isCut: false), StringComparison.Ordinal);
    }

    private static HttpClient BrowserOf(MembershipFixture membership) => ((TestServer)membership.Services.GetRequiredService<IServer>()).CreateClient();

    private sealed class NoDatabase : MembershipFixture
    {
        public HttpClient Browser => BrowserOf(this);

        protected override void Configure(IWebHostBuilder builder) =>
            builder.UseSetting("ConnectionStrings:database", "Host=127.0.0.1;Port=1;Username=nobody;Password=none;Database=none;Timeout=2");
    }

    /// <summary>Four active pôles, and a draft, a suspended, a closed and a coming one that the public does not see.</summary>
    public sealed class Region : MembershipFixture
    {
        /// <summary>No token.</summary>
        public static Metadata Anybody => new() { { "x-intervision-now", Now.ToString("O") } };

        public HttpClient Browser => BrowserOf(this);

        protected override async Task Prepare() => await Prepare(
            Pole("A1", p => { }),
            Pole("A2", p => (p.DisplayName, p.SeatCommune) = ("Pôle <script>alert(1)</script>", "02691")),
            Pole("A3", p => (p.DisplayName, p.Modality, p.Programme) = ("Pôle vidéo", Modality.Video, "programmes/SANTE_PRECARITE")),
            Pole("A4", p => (p.DisplayName, p.Host) = ("Pôle Hellemmes", "organisations/99900012800010")),
            Pole("B1", p => (p.DisplayName, p.Host) = ("Brouillon", "")),
            Pole("B2", p => p.DisplayName = "Brouillon suspendu"),
            Pole("B3", p => p.DisplayName = "Brouillon fermé"),
            Pole("B4", p => (p.DisplayName, p.ActiveFromDate) = ("Brouillon à venir", Sample.Date("2999-01-01"))));

        private static Pole Pole(string code, Action<Pole> change) => Sample.Pole(code).With(change);

        private async Task Prepare(params Pole[] poles)
        {
            var results = await Import(
            [
                Sample.Lille().Row(), Sample.Commune("02691", "Saint-Quentin", "02100").Row(), Sample.Organisation().Row(), Sample.Professional().Row(),
                Sample.Organisation("99900012800010", "SIRET", "CABINET_MEDICAL").With(o => o.DisplayName = "Cabinet du Dr Zoé Lefèvre").Row(),
                .. poles.Select(p => p.Row()),
            ]);
            Assert.DoesNotContain(results, r => r.Outcome == ImportDirectoryResponse.Types.Outcome.Rejected);
            await Directory.SuspendPoleAsync(new SuspendPoleRequest { RequestId = PoleScene.NewRequest(), Name = "poles/B2", Etag = "v1" }, PoleScene.As());
            await Directory.ClosePoleAsync(new ClosePoleRequest { RequestId = PoleScene.NewRequest(), Name = "poles/B3", Etag = "v1" }, PoleScene.As());
        }
    }
}
