using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Finding people: by name with typing errors, by what they do and where, page by page, within a territory.</summary>
public sealed class SearchTests(SearchTests.People membership) : IClassFixture<SearchTests.People>
{
    private const string OtherHost = "620000992";
    private const string Cpts = "590000998";

    [Theory]
    [InlineData("lefèvre", "PER-1")]
    [InlineData("LEFEVRE", "PER-1")]
    [InlineData("zoé lefèvre", "PER-1")]
    [InlineData("Lefevre Zoe", "PER-1")]
    [InlineData("le", "PER-6", "PER-1")] // « Le » itself first
    [InlineData("lef", "PER-1")]
    [InlineData("lefe", "PER-1")]
    [InlineData("lefv", "")] // a beginning so short is taken as it is
    [InlineData("lefvre", "PER-1")] // missing
    [InlineData("leffevre", "PER-1")] // doubled
    [InlineData("lefevr", "PER-1")]
    [InlineData("elfevre", "PER-1")] // swapped
    [InlineData("lefebre", "PER-1")] // wrong
    [InlineData("lefxxre", "")] // two errors are another name
    [InlineData("zoe martin", "")]
    [InlineData("zoe lefvre", "PER-1")]
    [InlineData("mari duran", "PER-3")]
    [InlineData("marie", "PER-3", "PER-2")]
    [InlineData("jean-pierre martin", "PER-4")]
    [InlineData("jean martin", "PER-4")]
    [InlineData("pierre martin", "PER-4")]
    [InlineData("vandenbroucke", "PER-5")]
    [InlineData("van den broucke", "PER-5")]
    [InlineData("vandnbrouc", "PER-5")] // missing, while typing
    [InlineData("broucke", "PER-5")]
    [InlineData("legoff", "PER-6")]
    [InlineData("goff le", "PER-6")]
    [InlineData("d'hondt", "PER-7")]
    [InlineData("dhondt", "PER-7")]
    [InlineData("soeren", "PER-7")]
    [InlineData("martin", "PER-4", "PER-2")] // the name before its beginning
    [InlineData("%", null)]
    [InlineData("l", null)]
    [InlineData("é e", null)]
    [InlineData("xyz", "")]
    public async Task By_name(string query, params string[]? found)
    {
        if (found is null)
        {
            await Refused.With(StatusCode.InvalidArgument, "QUERY_TOO_SHORT", () => Search(new() { Query = query }));
            return;
        }

        Assert.Equal(found.Where(f => f.Length > 0).Select(f => "professionals/" + f), await Found(new() { Query = query }));
    }

    [Fact]
    public void Any_one_typing_error_in_four_letters_or_more_is_forgiven() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(
            OneError(["lefevre", "vandenbroucke", "marie", "pierre", "jean", "martinet", "durand", "hondt"]).ToArbitrary(),
            pair => Found(new() { Query = pair.Typed }).GetAwaiter().GetResult().Intersect(
                Found(new() { Query = pair.Meant }).GetAwaiter().GetResult(), StringComparer.Ordinal).Any()));

    [Theory]
    [InlineData("PER-1,PER-2,PER-3,PER-4,PER-5,PER-6,PER-7", "", "", "", "", "")]
    [InlineData("PER-1", "99700001235", "", "", "", "")]
    [InlineData("PER-1", " 997 0000 1235", "", "", "", "")]
    [InlineData("", "99700009998", "", "", "", "")]
    [InlineData("PER-2,PER-3", "", OtherHost, "", "", "")]
    [InlineData("PER-2,PER-3", "", OtherHost, "TRE_G15/21", "", "")]
    [InlineData("PER-3", "", OtherHost, "TRE_G15/21", "poles/P01", "")]
    [InlineData("PER-2,PER-3", "", "", "TRE_G15/21", "", "")]
    [InlineData("", "", "", "TRE_R94/21", "", "")] // the code alone is not the profession
    [InlineData("PER-2", "", "", "", "poles/P02", "")]
    [InlineData("", "", OtherHost, "TRE_G15/10", "poles/P01", "")] // of one activity, not of several
    [InlineData("PER-2", "", OtherHost, "", "", "2019-12-31")]
    [InlineData("PER-2,PER-3", "", OtherHost, "", "", "2020-01-01")]
    [InlineData("PER-3", "", OtherHost, "", "", "2026-06-30")]
    public async Task By_what_they_do(string found, string rpps, string organisation, string profession, string pole, string date)
    {
        var request = new SearchProfessionalsRequest
        {
            Rpps = rpps,
            Organisation = organisation.Length == 0 ? "" : "organisations/" + organisation,
            ProfessionTable = profession.Split('/')[0],
            ProfessionCode = profession.Split('/')[^1],
            Pole = pole,
            OnDate = date.Length == 0 ? null : Sample.Date(date),
        };
        Assert.Equal(found.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => "professionals/" + f), await Found(request));
    }

    [Fact]
    public async Task A_name_and_what_they_do_both_narrow()
    {
        Assert.Equal(["professionals/PER-3"], await Found(new() { Query = "marie", ProfessionTable = "TRE_G15", ProfessionCode = "21", Organisation = "organisations/" + OtherHost, Pole = "poles/P01" }));
        Assert.Equal(["professionals/PER-1"], await Found(new() { Query = "lefvre", Rpps = "99700001235" }));
        Assert.Empty(await Found(new() { Query = "durand", Rpps = "99700001235" }));
    }

    [Fact]
    public async Task On_a_date_only_what_was_in_force_then_is_given()
    {
        var then = await Search(new() { Query = "martinet", OnDate = Sample.Date("2026-07-01") });
        Assert.Equal(["TRE_G15/10"], Assert.Single(then.Professionals).Activities.Select(a => $"{a.ProfessionTable}/{a.ProfessionCode}"));
        Assert.Equal(2, Assert.Single((await Search(new() { Query = "martinet" })).Professionals).Activities.Count);
        Assert.Empty((await Search(new() { Query = "martinet", OnDate = Sample.Date("2000-01-01") })).Professionals);
    }

    [Theory]
    [InlineData("QUERY_TOO_LONG", "lefevre lefevra lefevrb lefevrc lefevrd lefevre1 lefevre2 lefevre3 lefevre4")]
    [InlineData("RPPS_INVALID", "", "9970000123")]
    [InlineData("NAME_INVALID", "", "", "590000014")]
    [InlineData("PROFESSION_INVALID", "", "", "", "TRE_G15")]
    [InlineData("NAME_INVALID", "", "", "", "", "P01")]
    public async Task What_cannot_be_searched(string reason, string query, string rpps = "", string organisation = "", string table = "", string pole = "") =>
        await Refused.With(
            StatusCode.InvalidArgument,
            reason,
            () => Search(new() { Query = query, Rpps = rpps, Organisation = organisation, ProfessionTable = table, Pole = pole }));

    [Fact]
    public async Task A_day_that_does_not_exist() => await Refused.With(
        StatusCode.InvalidArgument, "ON_DATE_INVALID", () => Search(new() { OnDate = new Google.Type.Date { Year = 2026, Month = 2, Day = 30 } }));

    [Theory]
    [InlineData("")]
    [InlineData("martin")]
    [InlineData("mar")]
    public async Task Pages_lose_and_double_nobody(string query)
    {
        var whole = await Found(new() { Query = query });
        var paged = new List<string>();
        var request = new SearchProfessionalsRequest { Query = query, PageSize = 1 };
        do
        {
            var page = await Search(request);
            paged.AddRange(page.Professionals.Select(p => p.Name).Where(n => n != "professionals/PER-8"));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.True(whole.Count > 1);
        Assert.Equal(whole, paged);
    }

    [Fact]
    public async Task A_token_is_for_its_search_and_its_caller_only()
    {
        var token = (await Search(new() { Query = "mar", PageSize = 1 })).NextPageToken;
        SearchProfessionalsRequest[] others =
        [
            new() { Query = "mari" }, new() { Query = "mar", Rpps = "99700001235" }, new() { Query = "mar", Organisation = "organisations/590000014" },
            new() { Query = "mar", ProfessionTable = "TRE_G15", ProfessionCode = "10" }, new() { Query = "mar", Pole = "poles/P01" },
            new() { Query = "mar", OnDate = Sample.Date("2026-01-01") },
        ];
        foreach (var other in others)
        {
            other.PageToken = token;
            await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Search(other));
        }

        var same = new SearchProfessionalsRequest { Query = "mar", PageToken = token };
        Assert.NotEmpty((await Search(same)).Professionals);
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Search(same, Tokens.Coordinator("someone-else")));
        await Refused.With(
            StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Search(new() { Query = "mar", PageToken = token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1] }));
    }

    [Fact]
    public async Task A_cpts_finds_those_at_work_in_its_territory_today()
    {
        var cpts = Tokens.Cpts("organisations/" + Cpts);
        // PER-2 left the structure of Arras in June; PER-3 is still there.
        Assert.Equal(["professionals/PER-3"], (await Search(new(), cpts)).Professionals.Select(p => p.Name));
        Assert.Equal(["professionals/PER-3"], (await Search(new() { Query = "marie" }, cpts)).Professionals.Select(p => p.Name));
        Assert.Empty((await Search(new() { Query = "lefevre" }, cpts)).Professionals);
        Assert.Empty((await Search(new(), Tokens.Cpts("organisations/590000014"))).Professionals);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Search(new(), Tokens.Of(Roles.Cpts, "client:nobody")));
    }

    [Fact]
    public async Task Who_is_renamed_is_found_by_the_new_name_only()
    {
        await membership.Import(Sample.Professional("PER-8", "").With(p => p.FamilyName = "Quenneville").Row());
        Assert.Single((await Search(new() { Query = "quenneville" })).Professionals);
        await membership.Import(Sample.Professional("PER-8", "").With(p => p.FamilyName = "Wattrelos").Row());
        Assert.Empty((await Search(new() { Query = "quenneville" })).Professionals);
        Assert.Single((await Search(new() { Query = "watrelos" })).Professionals);
    }

    [Fact]
    public void Swapped_neighbours() => Assert.Equal(["bac", "acb"], NearWords.Swapped("abc"));

    private async Task<List<string>> Found(SearchProfessionalsRequest request) =>
        [.. (await Search(request)).Professionals.Select(p => p.Name).Where(n => n != "professionals/PER-8")];

    private AsyncUnaryCall<SearchProfessionalsResponse> Search(SearchProfessionalsRequest request, DevelopmentClaims? who = null) =>
        membership.Directory.SearchProfessionalsAsync(request, Tokens.As(who ?? Tokens.Coordinator(), MembershipFixture.Now));

    private static Gen<(string Meant, string Typed)> OneError(string[] words) =>
        from word in Gen.Elements(words)
        from kind in Gen.Choose(0, 3)
        from at in Gen.Choose(0, word.Length - 2)
        from letter in Gen.Choose('a', 'z')
        let typed = kind switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, ((char)letter).ToString()),
            2 => $"{word[..at]}{word[at + 1]}{word[at]}{word[(at + 2)..]}",
            _ => $"{word[..at]}{(char)letter}{word[(at + 1)..]}",
        }
        where typed.Length >= 4
        select (word, typed);

    /// <summary>Seven people of Lille and Arras; the CPTS has Arras only.</summary>
    public sealed class People : MembershipFixture
    {
        protected override async Task Prepare()
        {
            var results = await Import(
                Sample.Lille().Row(),
                Sample.Commune("62041", "Arras", "62000").Row(),
                Sample.Organisation().Row(),
                Sample.Organisation(OtherHost).With(o => (o.Commune, o.Convention) = ("62041", null)).Row(),
                Sample.Organisation(Cpts, kind: "CPTS").With(o => (o.Convention, o.TerritoryCommunes).TerritoryCommunes.Add("62041")).Row(),
                Person(1, "99700001235", "Lefèvre", "Zoé", Sample.Activity("2020-01-01")),
                Person(2, "", "Martinet", "Marie-Anne", Sample.Activity("2019-01-01", "2026-06-30", organisation: OtherHost, code: "21").With(a => a.Pole = "poles/P02"), Sample.Activity("2020-01-01")),
                Person(3, "", "Durand", "Marie", Sample.Activity("2020-01-01", organisation: OtherHost, code: "21")),
                Person(4, "", "Martin", "Jean-Pierre", Sample.Activity("2020-01-01")),
                Person(5, "", "Van den Broucke", "Anne", Sample.Activity("2020-01-01")),
                Person(6, "", "Le Goff", "Yann", Sample.Activity("2020-01-01")),
                Person(7, "", "D'Hondt", "Sœren", Sample.Activity("2020-01-01")));
            Assert.All(results, r => Assert.Equal((ImportDirectoryResponse.Types.Outcome.Created, ""), (r.Outcome, r.Reason)));
        }

        private static ImportDirectoryRequest Person(int number, string rpps, string family, string given, params Activity[] activities) =>
            new Professional { Name = $"professionals/PER-{number}", Rpps = rpps, FamilyName = family, GivenName = given, Activities = { activities } }.Row();
    }
}
