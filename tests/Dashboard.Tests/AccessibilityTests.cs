using System.Reflection;
using System.Text.Json;
using Intervision.Dashboard.Tests.Support;
using Intervision.Dashboard.Tests.Telemetry;
using Microsoft.Playwright;

namespace Intervision.Dashboard.Tests;

/// <summary>Every page as WCAG 2.2 AA wants it, by an engine that is not ours (axe-core), and by the keyboard alone.</summary>
public sealed class AccessibilityTests(Browser browser)
{
    private static readonly string Engine = Path.Combine(
        typeof(AccessibilityTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!,
        "tests/page-checks/node_modules/axe-core/axe.min.js");

    /// <summary>Languages go with colours: what one says in the other's language is the same page.</summary>
    [Theory]
    [InlineData(1280, ColorScheme.Light, "fr-FR")]
    [InlineData(1280, ColorScheme.Dark, "en-GB")]
    [InlineData(360, ColorScheme.Light, "en-GB")]
    [InlineData(360, ColorScheme.Dark, "fr-FR")]
    public async Task Every_page_is_found_accessible(int width, ColorScheme colours, string language)
    {
        Assert.True(File.Exists(Engine), "run 'npm ci' in tests/page-checks first; ./test.sh does");
        var engine = await File.ReadAllTextAsync(Engine);
        await OnEveryPage(width, colours, language, async page =>
        {
            await page.EvaluateAsync(engine);
            return await page.EvaluateAsync<string[]>(Findings);
        });
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_link_field_and_button_is_reached_by_the_key_Tab_and_shows_it(ColorScheme colours)
    {
        await OnEveryPage(1280, colours, "fr-FR", async page =>
        {
            var count = await page.EvaluateAsync<int>(Number);
            Assert.True(count > 5, $"{page.Url}: {count}");
            // Forward only, from the top of the page to its end.
            for (var i = 0; i < count + 5; i++)
            {
                await page.Keyboard.PressAsync("Tab");
            }
            return await page.EvaluateAsync<string[]>(NotReachedOrNotSeen);
        });
    }

    /// <summary>Lines, bars, dots, swatches, frames of fields: 3:1 against what they stand on (WCAG 1.4.11).</summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_mark_that_says_something_has_contrast(ColorScheme colours)
    {
        var seen = 0;
        await OnEveryPage(1280, colours, "fr-FR", async page =>
        {
            var marks = await page.EvaluateAsync<JsonElement>(Marks);
            seen += marks.GetProperty("seen").GetInt32();
            return [.. marks.GetProperty("poor").EnumerateArray().Select(m => m.GetString()!)];
        });
        Assert.True(seen > 100, $"{seen} marks");
    }

    [Fact]
    public async Task A_resource_is_stopped_by_keyboard_and_the_place_is_kept_while_the_page_lives()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}resources");
        var button = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Arrêter intake", Exact = true });
        await TabTo(tab.Page, button);

        dashboard.Resources.Change("scheduling", r => r with { Health = "Unhealthy", Checks = [new("ready", "Unhealthy", "503")] });
        await Assertions.Expect(tab.Page.Locator("#resource-scheduling")).ToContainTextAsync("503");
        await Assertions.Expect(button).ToBeFocusedAsync();

        tab.Page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page).ToHaveURLAsync($"{dashboard.Address}resources");
        Assert.Equal(("intake", "stop"), Assert.Single(dashboard.Resources.Commands));
    }

    [Fact]
    public async Task A_console_is_filtered_paused_and_scrolled_by_keyboard()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Say("intake", 500, "needle in the hay");
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles");
        await TabTo(tab.Page, tab.Page.GetByLabel("Texte"));
        await tab.Page.Keyboard.TypeAsync("needle");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("q=needle", default, TimeSpan.FromSeconds(1)));
        var screen = tab.Page.GetByRole(AriaRole.Log);
        await Assertions.Expect(screen.Locator("div")).ToHaveCountAsync(500);

        await TabTo(tab.Page, tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }));
        await tab.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(tab.Page.GetByText("En pause")).ToBeVisibleAsync();
        await TabTo(tab.Page, screen);
        await tab.Page.Keyboard.PressAsync("Home");
        await Receiving.Until(() => screen.EvaluateAsync<int>("e => e.scrollTop"), top => top == 0);
    }

    [Fact]
    public async Task An_exemplar_and_a_node_of_the_graph_are_opened_by_keyboard()
    {
        await using var dashboard = await Planted();
        await using var tab = await browser.Open();
        await Still(tab);
        await tab.Page.GotoAsync($"{dashboard.Address}{(await Pages(dashboard))[^1]}");
        await TabTo(tab.Page, tab.Page.Locator("svg.chart a").First);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("tr.chosen")).ToHaveCountAsync(1);

        await tab.Page.GotoAsync($"{dashboard.Address}resources?view=graph");
        await TabTo(tab.Page, tab.Page.Locator("svg.graph a").First);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("dl.facts")).ToBeVisibleAsync();
    }

    /// <summary>Looks at every page of a dashboard that has something of everything on show; what it finds there is the test's failure.</summary>
    private async Task OnEveryPage(int width, ColorScheme colours, string language, Func<IPage, Task<string[]>> look)
    {
        await using var dashboard = await Planted();
        await using var tab = await browser.Open(width, 800, colours, language);
        await Still(tab);
        var found = new List<string>();
        foreach (var path in await Pages(dashboard))
        {
            await tab.Page.GotoAsync($"{dashboard.Address}{path}");
            found.AddRange((await look(tab.Page)).Select(f => $"{path}: {f}"));
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static async Task TabTo(IPage page, ILocator wanted)
    {
        // Asked for anew each time: a page that lives may have put another in its place.
        for (var i = 0; i < 200; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await wanted.EvaluateAsync<bool>("e => e === document.activeElement"))
            {
                return;
            }
        }
        Assert.Fail($"{wanted} is not reached by the key Tab");
    }

    /// <summary>Nothing is asked for again while the page is looked at piece by piece.</summary>
    private static Task Still(BrowserPage tab) => tab.Page.AddInitScriptAsync("Object.defineProperty(document, 'hidden', { get: () => true })");

    private static async Task<RunningDashboard> Planted()
    {
        var dashboard = await RunningDashboard.Start();
        await EveryPageTests.Plant(dashboard);
        await TelemetryPagesTests.SendJourney(dashboard);
        await dashboard.Telemetry.Post("metrics", Sent.Metrics("intake", TelemetryPagesTests.Histogram("rpc.server.call.duration")));
        await dashboard.Telemetry.Written();
        dashboard.Resources.Change("postgres", r => r with { Health = "Unhealthy", Checks = [new("ready", "Unhealthy", "refused")] });
        dashboard.Resources.Change("scheduling", r => r with { StoppedByHand = true, State = "Finished", Ready = false, Health = null });
        dashboard.Resources.Change("intake", r => r with { State = "Starting", Ready = false, Health = null });
        return dashboard;
    }

    /// <summary>The last one is a chart with exemplars.</summary>
    private static async Task<IReadOnlyList<string>> Pages(RunningDashboard dashboard)
    {
        var histogram = (await dashboard.Telemetry.Store.Instruments("intake", CancellationToken.None)).Single(i => i.Name == "rpc.server.call.duration").Id;
        return
        [
            "", "resources", "resources?view=graph", "resources/intake?problem=x", .. await EveryPageTests.Paths(dashboard), "logs?tag=line%3Dx&before=9",
            $"traces/{Sent.TraceHex(1)}?span={Sent.SpanHex(4)}", "search", "usage", "nowhere", $"metrics?instrument={histogram}",
        ];
    }

    private const string Findings = """
        async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })).violations
          .flatMap(v => v.nodes.map(n => `${v.id}: ${v.help}: ${n.html.slice(0, 150)} ${n.failureSummary.split('\n').slice(1).join(';')}`))
        """;

    private const string Number = """
        () => {
          const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')]
            .filter(e => e.checkVisibility({ visibilityProperty: true }));
          window.reached = new Set();
          window.actions = all;
          document.addEventListener('focusin', event => reached.add(event.target));
          return all.length;
        }
        """;

    private const string Colours = """
        const rgb = c => (c.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
        const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
        const ratio = (one, other) => { const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a); return (light + .05) / (dark + .05); };
        const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
        const named = e => e.outerHTML.slice(0, 120);
        """;

    /// <summary>The keyboard was used last: focus given by script shows as if the key had given it.</summary>
    private static readonly string NotReachedOrNotSeen = $$"""
        () => {
          {{Colours}}
          const trouble = actions.filter(e => !reached.has(e)).map(e => `not reached: ${named(e)}`);
          for (const e of actions) {
            e.focus({ preventScroll: true });
            const style = getComputedStyle(e), box = e.matches('.node') ? getComputedStyle(e.querySelector('rect')) : null;
            const [width, colour] = box ? [parseFloat(box.strokeWidth), rgb(box.stroke)] : [style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth), rgb(style.outlineColor)];
            if (document.activeElement !== e) trouble.push(`takes no focus: ${named(e)}`);
            else if (width < 2) trouble.push(`focus is not to be seen: ${named(e)}`);
            else if (ratio(colour, ground(e.parentElement)) < 3) trouble.push(`focus ${colour} on ${ground(e.parentElement)}: ${named(e)}`);
          }
          return trouble;
        }
        """;

    private static readonly string Marks = $$"""
        () => {
          {{Colours}}
          const poor = [];
          let seen = 0;
          const check = (what, e, colour, on) => { seen++; if (colour.length === 4 && colour[3] < 1 || ratio(colour, on) < 3) poor.push(`${ratio(colour, on).toFixed(2)} ${what} ${colour} on ${on}: ${named(e)}`); };
          for (const e of document.querySelectorAll('svg path.series, svg .edge, svg .exemplar, .node rect')) check('stroke', e, rgb(getComputedStyle(e).stroke), ground(e.closest('svg')));
          for (const e of document.querySelectorAll('svg .bar-fill, svg marker path')) check('fill', e, rgb(getComputedStyle(e).fill), ground(e.closest('svg')));
          for (const e of document.querySelectorAll('.swatch')) check('swatch', e, rgb(getComputedStyle(e).backgroundColor), ground(e.parentElement));
          for (const e of document.querySelectorAll('main input:not([type=hidden], [type=checkbox]), main select, main button, main .button')) check('frame', e, rgb(getComputedStyle(e).borderTopColor), ground(e.parentElement));
          return { poor, seen };
        }
        """;
}
