using Intervision.Dashboard.Tests.Support;
using Intervision.Dashboard.Tests.Telemetry;
using Microsoft.Playwright;

namespace Intervision.Dashboard.Tests;

/// <summary>What holds for every page: nothing from outside runs, it can be read, it fits, it does not jump.</summary>
public sealed class EveryPageTests(Browser browser)
{
    private const string Planted = "<script>window.planted=1</script><img src=x onerror=\"window.planted=1\">'\"&";

    [Fact]
    public async Task What_telemetry_and_consoles_say_is_text()
    {
        await using var dashboard = await RunningDashboard.Start();
        await Plant(dashboard);
        await using var tab = await browser.Open();
        foreach (var path in await Paths(dashboard))
        {
            await tab.Page.GotoAsync($"{dashboard.Address}{path}");
            await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("<script>window.planted=1</script>");
            Assert.Null(await tab.Page.EvaluateAsync<int?>("window.planted ?? null"));
            Assert.Equal(0, await tab.Page.Locator("main script, main img").CountAsync());
        }
    }

    /// <summary>Each text against the ground it stands on, as the browser has it, by day and by night (WCAG 1.4.3).</summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_text_has_contrast(ColorScheme colours)
    {
        await using var dashboard = await RunningDashboard.Start();
        await Plant(dashboard);
        dashboard.Resources.Change("postgres", r => r with { Health = "Unhealthy", Checks = [new("ready", "Unhealthy", "refused")] });
        dashboard.Resources.Change("scheduling", r => r with { StoppedByHand = true, State = "Finished", Ready = false, Health = null });
        dashboard.Resources.Change("intake", r => r with { State = "Starting", Ready = false, Health = null });
        await using var tab = await browser.Open(colours: colours);
        foreach (var path in (await Paths(dashboard)).Append("").Append("resources").Append("resources?view=graph").Append("usage").Append("nowhere"))
        {
            await tab.Page.GotoAsync($"{dashboard.Address}{path}");
            var poor = await tab.Page.EvaluateAsync<string[]>(PoorContrast);
            Assert.True(poor.Length == 0, $"{path}: {string.Join('\n', poor)}");
        }
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(1280, 800)]
    public async Task Every_page_fits_and_keeps_still(int width, int height)
    {
        await using var dashboard = await RunningDashboard.Start();
        await Plant(dashboard);
        await using var tab = await browser.Open(width, height);
        foreach (var path in (await Paths(dashboard)).Append("").Append("resources").Append("resources?view=graph").Append("usage"))
        {
            await tab.Page.GotoAsync($"{dashboard.Address}{path}");
            var (wide, shift) = (await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"), await tab.Page.EvaluateAsync<double>(Shifts));
            Assert.True(wide <= 0, $"{path} is {wide} px too wide at {width}");
            Assert.True(shift < 0.1, $"{path} moves by {shift} at {width}");
        }
    }

    [Fact]
    public async Task Every_page_has_one_heading_a_language_named_fields_and_a_way_past_the_navigation()
    {
        await using var dashboard = await RunningDashboard.Start();
        await Plant(dashboard);
        foreach (var language in (string[])["fr-FR", "en-GB"])
        {
            await using var tab = await browser.Open(language: language);
            foreach (var path in (await Paths(dashboard)).Append("").Append("resources").Append("usage"))
            {
                await tab.Page.GotoAsync($"{dashboard.Address}{path}");
                Assert.Equal(language[..2], await tab.Page.EvaluateAsync<string>("document.documentElement.lang"));
                Assert.Equal(1, await tab.Page.Locator("h1").CountAsync());
                var nameless = await tab.Page.EvaluateAsync<string[]>(Nameless);
                Assert.True(nameless.Length == 0, $"{path}: {string.Join('\n', nameless)}");
                await tab.Page.Keyboard.PressAsync("Tab");
                await tab.Page.Keyboard.PressAsync("Enter");
                Assert.Equal("main", await tab.Page.EvaluateAsync<string>("document.activeElement.id"));
            }
        }
    }

    /// <summary>Every page that has something to say of what was planted.</summary>
    internal static async Task<IReadOnlyList<string>> Paths(RunningDashboard dashboard)
    {
        var log = (await dashboard.Telemetry.Store.Logs(new(), CancellationToken.None)).Items[0].Id;
        var instrument = (await dashboard.Telemetry.Store.Instruments(null, CancellationToken.None)).Single(i => i.Name.StartsWith('<')).Id;
        return
        [
            "consoles", "logs", $"logs/{log}", "traces", $"traces/{Sent.TraceHex(7)}?span={Sent.SpanHex(7)}", "metrics",
            $"metrics?instrument={instrument}", "search?q=window.planted",
        ];
    }

    internal static async Task Plant(RunningDashboard dashboard)
    {
        var now = Sent.Now;
        dashboard.Resources.Say("intake", Planted, isError: true);
        var span = Sent.Span(7, 7, null, Planted, now);
        span.Attributes.Add(Sent.Tag(Planted, Planted));
        span.Status = new() { Code = OpenTelemetry.Proto.Trace.V1.Status.Types.StatusCode.Error, Message = Planted };
        span.Events.Add(new OpenTelemetry.Proto.Trace.V1.Span.Types.Event { Name = Planted, TimeUnixNano = now });
        var log = Sent.Log(Planted, 17, Sent.Tag(Planted, Planted));
        (log.TraceId, log.SpanId) = (Sent.TraceId(7), Sent.SpanId(7));
        await dashboard.Telemetry.Post("traces", Sent.Spans(Planted, span));
        await dashboard.Telemetry.Post("logs", Sent.Logs(Planted, log));
        await dashboard.Telemetry.Post("metrics", Sent.Metrics(Planted, Sent.Gauge(Planted, 3, now, Sent.Tag(Planted, Planted))));
        await dashboard.Telemetry.Written();
    }

    private const string PoorContrast = """
        () => {
          const rgb = c => c.match(/[\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
          const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
          const poor = [];
          for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode();) {
            const e = walker.currentNode.parentElement, style = getComputedStyle(e);
            if (!walker.currentNode.textContent.trim() || !e.getClientRects().length || style.visibility === 'hidden' || e.closest('.sr, .skip, title')) continue;
            const svg = e.closest('svg');
            const node = svg && e.closest('.node');
            const on = node ? rgb(getComputedStyle(node.querySelector('rect')).fill) : ground(svg ?? e);
            const text = rgb(svg ? style.fill : style.color);
            const [light, dark] = [luminance(text), luminance(on)].sort((a, b) => b - a);
            const ratio = (light + .05) / (dark + .05);
            if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${text} on ${on}: ${e.outerHTML.slice(0, 100)}`);
          }
          return poor;
        }
        """;

    private const string Shifts = """
        () => new Promise(done => {
          let sum = 0;
          new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => done(sum), 300);
        })
        """;

    private const string Nameless = """
        () => [...document.querySelectorAll('input:not([type=hidden]), select, button, a[href]')]
          .filter(e => e.getClientRects().length && !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length)))
          .map(e => e.outerHTML.slice(0, 120))
        """;
}
