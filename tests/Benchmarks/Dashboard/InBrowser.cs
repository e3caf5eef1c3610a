using System.Text.Json;
using Microsoft.Playwright;

namespace Intervision.Benchmarks.Dashboard;

/// <summary>From the start of the navigation until the page is usable: painted, and its script run.</summary>
/// <param name="ColdMs">To a browser that has nothing of the server: style sheet, script and icon come too.</param>
/// <param name="WarmMs">To one that has been here.</param>
internal sealed record BrowserFigures(IReadOnlyDictionary<string, Percentiles> ColdMs, IReadOnlyDictionary<string, Percentiles> WarmMs);

/// <summary>Pages in Debian's Chromium, without a screen, by the browser's own clock.</summary>
internal sealed class InBrowser : IAsyncDisposable
{
    private const int Loads = 20;

    /// <summary>Navigation start → the later of the first contentful paint and DOMContentLoaded, after which deferred scripts have run.</summary>
    private const string Usable = """
        () => new Promise(done => {
          const look = () => {
            const [painted] = performance.getEntriesByName('first-contentful-paint'), [loaded] = performance.getEntriesByType('navigation');
            if (painted && loaded.domContentLoadedEventEnd) done(Math.max(painted.startTime, loaded.domContentLoadedEventEnd));
            else setTimeout(look, 5);
          };
          look();
        })
        """;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private InBrowser(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<InBrowser> Open()
    {
        var driver = await Playwright.CreateAsync();
        var opened = new InBrowser(driver, await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
        }));
        // The browser's own first page is not ours to answer for.
        await using var blank = await opened.browser.NewContextAsync();
        await (await blank.NewPageAsync()).GotoAsync("data:text/html,<p>ready");
        return opened;
    }

    public async Task<BrowserFigures> Measure(Uri address, IReadOnlyList<string> pages)
    {
        var (cold, warm) = (new Dictionary<string, Percentiles>(StringComparer.Ordinal), new Dictionary<string, Percentiles>(StringComparer.Ordinal));
        foreach (var path in pages)
        {
            var page = new Uri(address, path);
            var times = new List<double>();
            for (var i = 0; i < Loads; i++)
            {
                times.Add(await Cold(page));
            }

            cold[path] = Percentiles.Of(times);
            warm[path] = Percentiles.Of(await Warm(page));
            Console.WriteLine($"{path}  cold {cold[path]}  warm {warm[path]}");
        }

        return new BrowserFigures(cold, warm);
    }

    /// <summary>By a browser that has nothing of the server.</summary>
    public async Task<double> Cold(Uri page)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        return await Load(await context.NewPageAsync(), page);
    }

    private async Task<List<double>> Warm(Uri page)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        var tab = await context.NewPageAsync();
        await Load(tab, page);
        var times = new List<double>();
        for (var i = 0; i < Loads; i++)
        {
            times.Add(await Load(tab, page));
        }

        return times;
    }

    private static async Task<double> Load(IPage tab, Uri page)
    {
        var answer = await tab.GotoAsync(page.AbsoluteUri);
        return answer is { Ok: true } ? await tab.EvaluateAsync<double>(Usable) : throw new InvalidOperationException($"{page}: {answer?.Status}");
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
