using System.Globalization;
using System.Text.RegularExpressions;
using Intervision.Dashboard.Tests.Support;
using Intervision.Tests.Support;
using Microsoft.Playwright;

namespace Intervision.EndToEnd.Tests.Dashboard;

/// <summary>
/// The dashboard in a browser while a season plays. With the variable SCREENSHOTS it leaves a picture of every page in that
/// folder: scripts/screenshots.sh makes those of docs/dashboard.
/// </summary>
public sealed class DashboardTests(Browser browser)
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("SCREENSHOTS");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_season_is_seen_from_one_place()
    {
        // As run.sh starts it: measurements every second instead of every minute.
        await using var suite = await RunningSuite.Start(new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_ENVIRONMENT"] = "Development" });
        await using var tab = await browser.Open();
        await Picture(tab.Page, suite, "", "login", p => Assertions.Expect(p.GetByLabel("Jeton")).ToBeVisibleAsync());
        await tab.Page.GotoAsync(LoginAddress(suite));
        await Assertions.Expect(tab.Page).ToHaveURLAsync(suite.Page.AbsoluteUri);

        var season = suite.Play(Path.Combine(RunningSuite.Root, "data", "region"));
        var trace = await OnePicture(tab.Page, suite);
        await tab.Page.GotoAsync(suite.Page.AbsoluteUri);
        await Eventually.IsTrue(async () => !(await tab.Page.Locator(".tiles").InnerTextAsync()).Contains("pas encore mesuré", StringComparison.Ordinal), "every tile of the overview is measured", Patience);
        await LookAround(tab.Page, suite, trace);
        await season;

        await tab.Page.GotoAsync(suite.Page.AbsoluteUri);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Tout va bien");
        await Phone(suite, trace);

        // Finance's own software is not there: what is said to it stays in its queue.
        await FirstPageFigures.SayToFinance(suite.Broker, 7);
        await tab.Page.GotoAsync(suite.Page.AbsoluteUri);
        await Assertions.Expect(tab.Page.Locator(".tile", new() { HasText = "finance.indemnisation" })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Eventually.Is(
            () => Task.FromResult(string.Join(", ", FirstPageFigures.NotMoved(Path.Combine(suite.Folder, "telemetry.db")))), names => names.Length == 0,
            "every figure of the first page has moved", Patience, every: TimeSpan.FromSeconds(1));
    }

    /// <summary>A trace whose spans come from the service that was called and from those that heard of it by RabbitMQ.</summary>
    private static async Task<string> OnePicture(IPage page, RunningSuite suite)
    {
        var found = string.Empty;
        await Eventually.IsTrue(
            async () =>
            {
                await page.GotoAsync($"{suite.Page}traces?q=CertifyAttendance&resource=indemnisation");
                var link = page.Locator("table tbody tr", new() { HasText = "scheduling (" }).Locator("a[href^='/traces/']").First;
                return await link.CountAsync() > 0 && (found = await link.GetAttributeAsync("href") ?? "").Length > 0;
            },
            "a certified session is followed from Scheduling to Indemnisation", Patience);
        return found;
    }

    private static async Task LookAround(IPage page, RunningSuite suite, string trace)
    {
        await Picture(page, suite, "", "overview");
        await Picture(page, suite, "resources", "resources");
        await Picture(page, suite, "resources?view=graph", "graph");
        await Picture(page, suite, "resources/intake", "resource");
        await Picture(page, suite, "consoles", "consoles", p => Assertions.Expect(p.Locator(".console div").Nth(5)).ToBeVisibleAsync());
        // Of what services say at their start, not where on this machine they lie.
        await Picture(page, suite, "logs?q=listening", "logs", p => Assertions.Expect(p.Locator("table tbody tr").First).ToBeVisibleAsync());
        var entry = await page.Locator("td.text a").First.GetAttributeAsync("href");
        await Picture(page, suite, entry![1..], "log", p => Assertions.Expect(p.Locator("dl.facts")).ToBeVisibleAsync());
        await Picture(page, suite, "traces", "traces", p => Assertions.Expect(p.Locator("table tbody tr").First).ToBeVisibleAsync());
        await Picture(page, suite, trace[1..], "trace", async p =>
        {
            foreach (var service in (string[])["scheduling", "indemnisation"])
            {
                await Assertions.Expect(p.Locator("table.waterfall th", new() { HasText = service }).First).ToBeVisibleAsync();
            }
        });
        await page.GotoAsync($"{suite.Page}metrics?resource=intake");
        var instrument = await page.GetByRole(AriaRole.Link, new() { Name = "rpc.server.call.duration" }).First.GetAttributeAsync("href");
        await Picture(page, suite, instrument![1..], "metrics", p => Assertions.Expect(p.Locator("svg.chart path.series").First).ToBeAttachedAsync());
        await Picture(page, suite, "search?q=SubmitCase", "search");
        await Picture(page, suite, "usage", "usage", p => Assertions.Expect(p.Locator("dl.facts")).ToBeVisibleAsync());
    }

    private async Task Phone(RunningSuite suite, string trace)
    {
        await using var phone = await browser.Open(360, 740, ColorScheme.Dark);
        await phone.Page.GotoAsync(LoginAddress(suite));
        await Assertions.Expect(phone.Page).ToHaveURLAsync(suite.Page.AbsoluteUri);
        foreach (var (path, name) in (IEnumerable<(string, string)>)[("", "phone-overview"), ("resources", "phone-resources"), (trace[1..], "phone-trace")])
        {
            await Picture(phone.Page, suite, path, name);
            Assert.InRange(await phone.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"), int.MinValue, 0);
        }
    }

    private static async Task Picture(IPage page, RunningSuite suite, string path, string name, Func<IPage, Task>? seen = null)
    {
        await page.GotoAsync($"{suite.Page}{path}");
        await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
        await (seen?.Invoke(page) ?? Task.CompletedTask);
        if (Pictures is not null)
        {
            Directory.CreateDirectory(Pictures);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, string.Create(CultureInfo.InvariantCulture, $"{name}.png")) });
        }
    }

    /// <summary>The newest that the app host has printed.</summary>
    private static string LoginAddress(RunningSuite suite) =>
        Regex.Matches(suite.Said, "Login to the dashboard at (?<address>\\S+)", RegexOptions.None, TimeSpan.FromSeconds(1))[^1].Groups["address"].Value;
}
