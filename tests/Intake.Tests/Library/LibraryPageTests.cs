using System.Net;
using Intervision.Intake.Library;
using Intervision.Intake.V1;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Piece = Intervision.Intake.V1.SearchLibraryResponse.Types.Piece;

namespace Intervision.Intake.Tests.Library;

/// <summary>The library in a browser.</summary>
public sealed class LibraryPageTests(LibraryPageTests.Shelf shelf) : IClassFixture<LibraryPageTests.Shelf>
{
    private const string Evil = "\"><img src=x onerror=alert(1)>&'";

    [Fact]
    public async Task Without_a_token_the_whole_library_and_nothing_that_runs()
    {
        using var answer = await shelf.Browser.GetAsync(Uri("/bibliotheque"));
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", policy, StringComparison.Ordinal);
        Assert.Equal(("nosniff", "noindex, noarchive", "no-referrer", "no-store"), (Header("X-Content-Type-Options"), Header("X-Robots-Tag"), Header("Referrer-Policy"), Header("Cache-Control")));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.Contains("Un suivi qui se perd entre plusieurs prescripteurs", html, StringComparison.Ordinal);
        Assert.Contains("35 à 44 ans · Nord – Pas-de-Calais · Alcool · Rupture de soins — publiée au 4e trimestre 2026", html, StringComparison.Ordinal);
        Assert.Contains("<option value=\"RUPTURE_SOINS\">Rupture de soins</option>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);

        string Header(string name) => answer.Headers.GetValues(name).Single();
    }

    [Fact]
    public async Task What_is_searched_for_is_marked_kept_in_the_box_and_followed_page_by_page()
    {
        var html = await shelf.Browser.GetStringAsync(Uri("/bibliotheque?q=dependance&motif=RUPTURE_SOINS"));
        Assert.Contains("<mark>dépendance</mark>", html, StringComparison.Ordinal);
        Assert.Contains("value=\"dependance\"", html, StringComparison.Ordinal);
        Assert.Contains("<option value=\"RUPTURE_SOINS\" selected>", html, StringComparison.Ordinal);
        var titles = new List<string>();
        var path = "/bibliotheque?q=num%C3%A9ro";
        while (path.Length > 0)
        {
            var page = await shelf.Browser.GetStringAsync(Uri(path));
            titles.AddRange(page.Split("<h2><a href=").Skip(1).Select(h => h.Split('"')[1]));
            path = page.Contains("rel=\"next\"", StringComparison.Ordinal) ? WebUtility.HtmlDecode(page.Split("rel=\"next\" href=\"")[1].Split('"')[0]) : "";
        }

        Assert.Equal((25, 25), (titles.Count, titles.Distinct().Count()));
        var whole = await shelf.Browser.GetStringAsync(Uri(titles[0]));
        Assert.Contains("<h2>Question posée</h2>", whole, StringComparison.Ordinal);
        Assert.Contains("Orientation vers un CSAPA", whole, StringComparison.Ordinal);
        Assert.Contains("Aucune situation ne correspond", await shelf.Browser.GetStringAsync(Uri("/bibliotheque?q=inexistant")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bibliotheque?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&motif=%22%3E%3Cimg%3E", HttpStatusCode.OK)]
    [InlineData("/bibliotheque?q=%00", HttpStatusCode.BadRequest)]
    [InlineData("/bibliotheque?q=%FF%FE", HttpStatusCode.OK)]
    [InlineData("/bibliotheque?q=a&q=b&q=c", HttpStatusCode.OK)]
    [InlineData("/bibliotheque?page=%22%3E%3Cimg%3E", HttpStatusCode.BadRequest)]
    [InlineData("/bibliotheque?trimestre=%3Cimg%3E", HttpStatusCode.BadRequest)]
    [InlineData("/bibliotheque/%3Cimg%3E", HttpStatusCode.NotFound)]
    [InlineData("/bibliotheque/0193a5b0-0000-7000-8000-000000000000", HttpStatusCode.NotFound)]
    public async Task Whatever_is_asked_is_escaped_and_answered(string path, HttpStatusCode expected)
    {
        using var answer = await shelf.Browser.GetAsync(Uri(path));
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Too_long_a_query_is_refused_in_words()
    {
        using var answer = await shelf.Browser.GetAsync(Uri($"/bibliotheque?q={new string('a', 201)}"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("200 caractères au plus", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_head_can_be_asked_for_and_nothing_can_be_sent_to_it()
    {
        using var head = await shelf.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/bibliotheque"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        using var post = await shelf.Browser.PostAsync(Uri("/bibliotheque"), content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public void Whatever_was_written_is_escaped_everywhere()
    {
        var evilClass = new LibraryClass { AgeBand = Evil, Area = Evil, Product = Evil, Motive = Evil };
        var hit = new SearchLibraryResponse.Types.Hit { Name = $"libraryCases/{Evil}", Class = evilClass, Quarter = Evil, Orientations = { Evil } };
        hit.Title.Add(new Piece { Text = Evil, Found = true });
        hit.Snippet.Add(new Piece { Text = Evil });
        var asked = new SearchLibraryRequest { Query = Evil, Motive = Evil, Product = Evil, AgeBand = Evil, Area = Evil, Orientation = Evil, Quarter = Evil };
        string[] codes = [Evil];
        var found = LibraryPage.Found(
            asked, new SearchLibraryResponse { Hits = { hit }, NextPageToken = Evil },
            new LibraryChoices { Motives = codes, Products = codes, AgeBands = codes, Areas = codes, Orientations = codes });
        var whole = LibraryPage.Whole(new LibraryCase
        {
            Title = Evil, Situation = Evil, Question = Evil, Orientation = Evil, Class = evilClass, Quarter = Evil, Orientations = { Evil },
        });
        Assert.All(new[] { found, whole, LibraryPage.Sorry(Evil) }, html =>
        {
            Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
            Assert.Contains("&lt;img", html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Marks_become_pieces_and_nothing_else()
    {
        Assert.Equal(
            [("a ", false), ("b", true), (" c", false), ("d", true)],
            Pieces.Of($"a {Pieces.Begin}b{Pieces.End} c{Pieces.Begin}d{Pieces.End}").Select(p => (p.Text, p.Found)));
        Assert.Empty(Pieces.Of(""));
    }

    [Fact]
    public async Task Without_its_database_the_page_says_so_and_when_to_come_back()
    {
        await shelf.AsOwner("alter table library_entry rename to library_entry_away");
        try
        {
            using var answer = await shelf.Browser.GetAsync(Uri("/bibliotheque"));
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "no-store"), (answer.StatusCode, answer.Headers.CacheControl!.ToString()));
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("momentanément indisponible", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            await shelf.AsOwner("alter table library_entry_away rename to library_entry");
        }
    }

    private static Uri Uri(string path) => new(path, UriKind.Relative);

    public sealed class Shelf : LibraryFixture
    {
        public HttpClient Browser => ((TestServer)Services.GetRequiredService<IServer>()).CreateClient();

        protected override async Task Prepare()
        {
            await base.Prepare();
            await Put("Un suivi qui se perd entre plusieurs prescripteurs", "Au fil du temps la dépendance s'installe, sans que personne ne le voie.");
            for (var i = 1; i <= 25; i++)
            {
                await Put($"Texte numéro {i} de la série", "Un texte qui parle de tout autre chose, longuement.", motive: "", quarter: "2026-07-01");
            }
        }
    }
}
