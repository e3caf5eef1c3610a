using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Intake.Tests.Library;

/// <summary>The search that is open to everybody.</summary>
public sealed class LibrarySearchTests(LibrarySearchTests.Shelf shelf) : IClassFixture<LibrarySearchTests.Shelf>
{
    [Theory]
    [InlineData("dépendance")]
    [InlineData("dependance")]
    [InlineData("DÉPENDANCES")]
    [InlineData("dépendances")]
    public async Task Accents_case_and_endings_do_not_matter(string query)
    {
        Assert.Equal(["Titre sur la dépendance", "Question simple", "Situation longue", "Orientation seule"], await Titles(query));
        Assert.Equal(["Nœud de prescriptions"], await Titles("noeud"));
        Assert.Equal(["Nœud de prescriptions"], await Titles("nœuds"));
    }

    [Fact]
    public async Task A_word_of_the_title_counts_for_more_than_one_of_the_question_the_situation_the_orientation() =>
        Assert.Equal(["Titre sur la dépendance", "Question simple", "Situation longue", "Orientation seule"], await Titles("dépendance"));

    [Fact]
    public async Task Quotes_or_and_minus_mean_what_they_mean_elsewhere()
    {
        Assert.Equal(["Logement et soin"], await Titles("\"bail glissant\""));
        Assert.Empty(await Titles("\"glissant bail\""));
        Assert.Equal(2, (await Titles("bail OR nœud")).Count);
        Assert.Equal(["Situation longue"], await Titles("dépendance -titre -question -orientation"));
        Assert.Empty(await Titles("le la les"));
        Assert.Empty(await Titles("inexistant"));
    }

    public static TheoryData<string> Hostile() =>
    [
        "'; drop table library_entry; --", "& | ! ( ) <-> :*", "dépendance:*", "((((((((((", "\"\"\"\"\"", "-----", "or or or", "\\", "\\'", "%_%", "\u0001\u0002",
        "\uE000\uE001", "<script>alert(1)</script>", "𝒟é𝓅", "🙂", "a\u0300\u0301\u0302", "-dépendance", "{\"a\":1}", "$1 @Query {0}", new string('(', 200), new string('é', 200),
        string.Join(" or ", Enumerable.Repeat("a", 40)), string.Concat(Enumerable.Repeat("-\"a ", 50)), "\u202Edépendance", "http://x/?q=dépendance&a=b",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Whatever_is_searched_for_is_only_searched_for(string query)
    {
        var answer = await shelf.Search(new SearchLibraryRequest { Query = query });
        Assert.DoesNotContain(answer.Hits.SelectMany(h => h.Title.Concat(h.Snippet)), p => p.Text.Contains('\uE000') || p.Text.Contains('\uE001'));
        Assert.NotEmpty((await shelf.Search(new SearchLibraryRequest())).Hits);
    }

    [Fact]
    public async Task A_query_and_its_filters_have_bounds()
    {
        await Refused.With(StatusCode.InvalidArgument, "QUERY_TOO_LONG", () => shelf.Search(new SearchLibraryRequest { Query = new string('a', 201) }));
        await Refused.With(StatusCode.InvalidArgument, "FILTER_INVALID", () => shelf.Search(new SearchLibraryRequest { Motive = new string('A', 65) }));
        await Refused.With(StatusCode.InvalidArgument, "FILTER_INVALID", () => shelf.Search(new SearchLibraryRequest { Quarter = "2026-Q5" }));
        await Refused.With(StatusCode.InvalidArgument, "UNREADABLE_TEXT", () => shelf.Search(new SearchLibraryRequest { Query = "a\0b" }));
        await Refused.With(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => shelf.Search(new SearchLibraryRequest { PageSize = -1 }));
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => shelf.Search(new SearchLibraryRequest { PageToken = "x" }));
    }

    [Fact]
    public async Task Filters_hold_together_with_the_words()
    {
        Assert.Equal(["Question simple"], await Titles("dépendance", r => r.Motive = "NOMADISME_MEDICAL"));
        Assert.Equal(["Situation longue"], await Titles("dépendance", r => r.Quarter = "2026-Q3"));
        Assert.Equal(["Situation longue"], await Titles("", r => r.Quarter = "2026-Q3"));
        Assert.Empty(await Titles("dépendance", r => r.Area = "PICARDIE"));
        Assert.Empty(await Titles("dépendance", r => r.Product = "TABAC"));
        Assert.Empty(await Titles("dépendance", r => r.AgeBand = "MINEUR"));
        Assert.Equal(4, (await Titles("dépendance", r => (r.Orientation, r.Area, r.Product, r.AgeBand) = ("ORIENTATION_CSAPA", "NPDC", "ALCOOL", "35-44"))).Count);
        Assert.Empty(await Titles("dépendance", r => r.Orientation = "APPUI_DAC"));
    }

    [Theory]
    [InlineData("dépendance", 4)]
    [InlineData("", 6)]
    public async Task Page_by_page_nothing_is_lost_or_doubled(string query, int expected)
    {
        var whole = (await shelf.Search(new SearchLibraryRequest { Query = query })).Hits.Select(h => h.Name).ToList();
        Assert.Equal(expected, whole.Count);
        var paged = new List<string>();
        var request = new SearchLibraryRequest { Query = query, PageSize = 1 };
        do
        {
            var page = await shelf.Search(request);
            paged.AddRange(page.Hits.Select(h => h.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(whole, paged);
    }

    [Fact]
    public async Task A_page_token_is_for_its_own_search()
    {
        var page = await shelf.Search(new SearchLibraryRequest { Query = "dépendance", PageSize = 1 });
        await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => shelf.Search(new SearchLibraryRequest { Query = "bail", PageSize = 1, PageToken = page.NextPageToken }));
        await Refused.With(
            StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID",
            () => shelf.Search(new SearchLibraryRequest { Query = "dépendance", Motive = "AUTRE", PageSize = 1, PageToken = page.NextPageToken }));
    }

    [Fact]
    public async Task What_was_found_is_shown_as_pieces_of_plain_text()
    {
        var hit = (await shelf.Search(new SearchLibraryRequest { Query = "dependance" })).Hits[2];
        Assert.Equal("Situation longue", string.Concat(hit.Title.Select(p => p.Text)));
        Assert.Contains("dépendance", hit.Snippet.Where(p => p.Found).Select(p => p.Text));
        Assert.Contains("a < b &", string.Concat(hit.Snippet.Select(p => p.Text)), StringComparison.Ordinal);
        Assert.True(hit.Snippet.Sum(p => p.Text.Length) < 600);
        var browsed = (await shelf.Search(new SearchLibraryRequest { Quarter = "2026-Q3" })).Hits.Single();
        Assert.EndsWith("…", Assert.Single(browsed.Snippet).Text, StringComparison.Ordinal);
        Assert.False(browsed.Snippet[0].Found);
    }

    [Fact]
    public async Task A_case_is_read_by_anybody_and_an_unknown_one_is_not_found()
    {
        var hit = (await shelf.Search(new SearchLibraryRequest { Query = "bail" })).Hits.Single();
        var read = (await shelf.Intake.GetLibraryCaseAsync(new GetLibraryCaseRequest { Name = hit.Name }, [])).Case;
        Assert.Equal(("Logement et soin", "2026-Q4", "ALCOOL"), (read.Title, read.Quarter, read.Class.Product));
        foreach (var name in new[] { "", "x", "libraryCases/", "libraryCases/x", $"libraryCases/{Guid.CreateVersion7()}", $"libraryProposals/{Guid.CreateVersion7()}" })
        {
            await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => shelf.Intake.GetLibraryCaseAsync(new GetLibraryCaseRequest { Name = name }, []));
        }
    }

    [Fact]
    public async Task Many_texts_are_searched_by_the_index()
    {
        await using var owner = new NpgsqlConnection(shelf.OwnerConnectionString);
        await owner.OpenAsync();
        await using var transaction = await owner.BeginTransactionAsync();
        await Dapper.SqlMapper.ExecuteAsync(
            owner,
            """
            insert into library_entry (title, situation, question, orientation, orientations, age_band, area, product, motive, publish_quarter, crowd)
            select 'Texte numéro ' || n, repeat(md5(n::text) || ' ', 20), 'Que proposer ?', 'Un rendez-vous commun est proposé.', '{}', '35-44', 'NPDC', '', '', '2026-10-01', 5
            from generate_series(1, 3000) n;
            analyze library_entry
            """);
        var (sql, parameters) = Intake.Library.SearchSql.Of(new SearchLibraryRequest { Query = "dépendance", Area = "NPDC" }, after: null, limit: 51);
        var plan = string.Join('\n', await Dapper.SqlMapper.QueryAsync<string>(owner, $"explain {sql}", parameters));
        Assert.Contains("Bitmap Index Scan on library_entry_words", plan, StringComparison.Ordinal);
        await transaction.RollbackAsync();
    }

    private async Task<List<string>> Titles(string query, Action<SearchLibraryRequest>? change = null)
    {
        var request = new SearchLibraryRequest { Query = query };
        change?.Invoke(request);
        return [.. (await shelf.Search(request)).Hits.Select(h => string.Concat(h.Title.Select(p => p.Text)))];
    }

    public sealed class Shelf : LibraryFixture
    {
        protected override async Task Prepare()
        {
            await base.Prepare();
            await Put("Orientation seule", "Un texte qui parle de tout autre chose, longuement.", orientation: "Un travail sur la dépendance est proposé.");
            await Put(
                "Situation longue", $"Au début, a < b & <b>gras</b> ; puis la dépendance s'installe. {string.Join(' ', Enumerable.Repeat("Et le temps passe.", 60))}", quarter: "2026-07-01");
            await Put("Question simple", "Un texte qui parle de tout autre chose, longuement.", question: "Que faire de la dépendance ?", motive: "NOMADISME_MEDICAL");
            await Put("Titre sur la dépendance", "Un texte qui parle de tout autre chose, longuement.");
            await Put("Logement et soin", "Un bail glissant est signé, et la personne garde son logement pendant le soin.");
            await Put("Nœud de prescriptions", "Trois ordonnances se croisent sans que personne ne le sache vraiment.");
        }
    }
}
