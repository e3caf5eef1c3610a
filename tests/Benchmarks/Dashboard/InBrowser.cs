using System.Text.Json;
using Microsoft.Playwright;

namespace Intervision.Benchmarks.Dashboard;

/// <summary>From the start of the navigation until the page is usable: painted, and its script run.</summary>
/// <param name="FirstOfAllMs">The very first page of a server that has answered nobody yet, to a browser that has nothing of it.</param>
/// <param name="ColdMs">To a browser that has nothing of the server: style sheet, script and icon come too.</param>
/// <param name="WarmMs">To one that has been here.</param>
internal sealed record BrowserFigures(double FirstOfAllMs, IReadOnlyDictionary<string, Percentiles> ColdMs, IReadOnlyDictionary<string, Percentiles> WarmMs);

/// <summary>Pages in Debian's Chromium, without a screen, by the browser's own clock.</summary>
internal static class InBrowser
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

    public static async Task<BrowserFigures> Measure(Uri address, IReadOnlyList<string> pages)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
        });
        // The browser's own first page is not ours to answer for.
        await using (var blank = await browser.NewContextAsync())
        {
            await (await blank.NewPageAsync()).GotoAsync("data:text/html,<p>ready");
        }

        var firstOfAll = await Cold(browser, address);
        var (cold, warm) = (new Dictionary<string, Percentiles>(StringComparer.Ordinal), new Dictionary<string, Percentiles>(StringComparer.Ordinal));
        foreach (var path in pages)
        {
            var page = new Uri(address, path);
            var times = new List<double>();
            for (var i = 0; i < Loads; i++)
            {
                times.Add(await Cold(browser, page));
            }

            cold[path] = Percentiles.Of(times);
            warm[path] = Percentiles.Of(await Warm(browser, page));
            Console.WriteLine($"{path}  cold {cold[path]}  warm {warm[path]}");
        }

        return new BrowserFigures(Math.Round(firstOfAll, 2), cold, warm);
    }

    private static async Task<double> Cold(IBrowser browser, Uri page)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        return await Load(await context.NewPageAsync(), page);
    }

    private static async Task<List<double>> Warm(IBrowser browser, Uri page)
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
}
