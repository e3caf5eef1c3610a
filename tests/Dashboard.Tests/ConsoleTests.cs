using Intervision.Dashboard.Pages.Consoles;
using Intervision.Dashboard.Tests.Support;
using Microsoft.Playwright;

namespace Intervision.Dashboard.Tests;

/// <summary>Consoles: what is found in them, and what the page does while it is used.</summary>
public sealed class ConsoleTests(Browser browser)
{
    [Fact]
    public async Task The_filter_looks_at_every_line_that_is_kept()
    {
        var resources = new FakeResources();
        resources.Say("intake", "needle in the hay");
        resources.Say("intake", 5_000, "hay");
        resources.Say("intake", 50, "another needle");

        var (lines, omitted) = await new MergedConsole(resources, "intake", "NEEDLE").Next(40);
        var (all, _) = await new MergedConsole(resources, "intake", "needle").Next(1_000);

        Assert.Equal((40, 0L), (lines.Count, omitted));
        Assert.Equal("needle in the hay", all[0].Line.Text);
        Assert.Equal(51, all.Count);
    }

    [Fact]
    public async Task Lines_of_the_same_instant_keep_their_order()
    {
        var resources = new FakeResources();
        resources.Say("intake", 100, "hay");

        var (lines, _) = await new MergedConsole(resources, null, null).Next(1_000);

        Assert.Single(lines.Select(l => l.Line.Time).Distinct());
        Assert.Equal(Enumerable.Range(1, 100).Select(n => (long)n), lines.Select(l => l.Line.Number));
    }

    [Fact]
    public async Task The_filter_acts_while_it_is_typed_and_the_address_says_it()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Say("intake", "needle");
        dashboard.Resources.Say("intake", 2_000, "hay");
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles?resource=intake");
        var screen = tab.Page.GetByRole(AriaRole.Log);
        await Assertions.Expect(screen).ToContainTextAsync("hay");

        await tab.Page.GetByLabel("Texte").PressSequentiallyAsync("need");

        // Slow fingers: the filter may have acted on "n" before.
        await Assertions.Expect(tab.Page).ToHaveURLAsync($"{dashboard.Address}consoles?resource=intake&q=need");
        await Assertions.Expect(screen.Locator("div")).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("needle$", default, TimeSpan.FromSeconds(1))]);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Télécharger" })).ToHaveAttributeAsync("href", "/consoles/download?resource=intake&q=need");
        dashboard.Resources.Say("intake", "no");
        dashboard.Resources.Say("intake", "in need");
        await Assertions.Expect(screen.Locator("div")).ToHaveCountAsync(2);

        await tab.Page.GetByLabel("Texte").FillAsync("");
        await Assertions.Expect(screen.Locator("div")).ToHaveCountAsync(1_000);
    }

    [Fact]
    public async Task A_console_that_was_out_of_sight_while_paused_goes_on()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles");
        dashboard.Resources.Say("intake", "before");
        var screen = tab.Page.GetByRole(AriaRole.Log);
        await Assertions.Expect(screen).ToContainTextAsync("before");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        foreach (var hidden in (string[])["true", "false"])
        {
            await tab.Page.EvaluateAsync($"Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }}); document.dispatchEvent(new Event('visibilitychange'))");
        }
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Reprendre" }).ClickAsync();
        dashboard.Resources.Say("intake", "after");

        await Assertions.Expect(screen).ToContainTextAsync("after");
    }

    [Fact]
    public async Task Without_script_the_last_lines_are_there_filtered()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Say("intake", "needle <one>");
        dashboard.Resources.Say("scheduling", 500, "hay");
        using var client = dashboard.Client();

        var all = await client.GetStringAsync("/consoles");
        var found = await client.GetStringAsync("/consoles?q=needle");

        Assert.Equal(200, all.Split("</span>hay</div>").Length - 1);
        Assert.Contains("</span>needle &lt;one&gt;</div>", found, StringComparison.Ordinal);
        Assert.DoesNotContain("hay", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_is_started_again_from_its_console()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles?resource=intake&q=x");
        await Assertions.Expect(tab.Page.Locator("#live")).ToContainTextAsync("En marche");
        tab.Page.Dialog += async (_, dialog) => await dialog.AcceptAsync();

        await tab.Page.RunAndWaitForRequestFinishedAsync(
            () => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Redémarrer intake" }).ClickAsync(), new() { Predicate = r => r.Method == "POST" });

        Assert.Equal(("intake", "restart"), Assert.Single(dashboard.Resources.Commands));
        await Assertions.Expect(tab.Page).ToHaveURLAsync($"{dashboard.Address}consoles?resource=intake&q=x");
    }
}
