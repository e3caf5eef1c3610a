using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Intervision.Dashboard.Tests.Support;
using Microsoft.Playwright;

namespace Intervision.Dashboard.Tests;

/// <summary>Resources and consoles, as a person uses them.</summary>
public sealed class ResourcePagesTests(Browser browser)
{
    [Fact]
    public async Task The_table_says_what_is_wrong_and_follows_changes()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}resources");
        var intake = tab.Page.Locator("#resource-intake");
        await Assertions.Expect(intake).ToContainTextAsync("En marche");
        await Assertions.Expect(intake.GetByRole(AriaRole.Link, new() { Name = "http://localhost:5112" })).ToBeVisibleAsync();

        dashboard.Resources.Change("intake", r => r with { Health = "Unhealthy", Checks = [new("ready", "Unhealthy", "503 <script>alert(1)</script>")] });

        await Assertions.Expect(intake).ToContainTextAsync("En mauvaise santé");
        await Assertions.Expect(intake).ToContainTextAsync("503 <script>alert(1)</script>");
    }

    /// <summary>What a replica sends bears the name of its project, which the app host told it.</summary>
    [Fact]
    public async Task A_replicas_page_leads_to_what_its_project_told()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Shown.Add(FakeResources.Resource("intake-abcdefgh", "Project") with { Group = "intake" });
        using var client = dashboard.Client();

        var page = await client.GetStringAsync("/resources/intake-abcdefgh");

        Assert.All((string[])["/logs", "/traces", "/metrics"], path => Assert.Contains($"href=\"{path}?resource=intake\"", page, StringComparison.Ordinal));
        Assert.Contains("href=\"/consoles?resource=intake-abcdefgh\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/consolelogs/resource/intake-abcdefgh", "/consoles?resource=intake-abcdefgh")]
    [InlineData("/structuredlogs/resource/intake-abcdefgh", "/logs?resource=intake")]
    [InlineData("/structuredlogs/resource/gone", "/logs?resource=gone")]
    [InlineData("/metrics/resource/intake", "/metrics?resource=intake")]
    [InlineData("/metrics/resource/intake/meter/Npgsql/instrument/x", "/metrics?resource=intake")]
    public async Task Addresses_of_the_genuine_dashboard_lead_to_ours(string theirs, string ours)
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Shown.Add(FakeResources.Resource("intake-abcdefgh", "Project") with { Group = "intake" });
        using var client = dashboard.Client();

        Assert.Equal(ours, (await client.GetAsync(theirs)).Headers.Location?.OriginalString);
    }

    /// <summary>It works, and something is missing all the same.</summary>
    [Fact]
    public async Task A_degraded_resource_is_told_from_a_well_one_and_from_an_unwell_one()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Change("intake", r => r with { Health = "Degraded", Checks = [new("health", "Degraded", "rabbitmq: Not connected")] });
        using var client = dashboard.Client();

        var page = await client.GetStringAsync("/resources/intake");
        Assert.Contains("<span class=\"state wait\">En marche, diminuée</span>", page, StringComparison.Ordinal);
        Assert.Contains("rabbitmq: Not connected", page, StringComparison.Ordinal);
        Assert.Contains("intake : En marche, diminuée", (await client.GetStringAsync("/")).Replace('\u00a0', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_is_stopped_after_a_question()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}resources");
        var asked = string.Empty;
        tab.Page.Dialog += async (_, dialog) =>
        {
            asked = dialog.Message;
            await dialog.AcceptAsync();
        };

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Arrêter intake" }).ClickAsync();

        await Assertions.Expect(tab.Page).ToHaveURLAsync($"{dashboard.Address}resources");
        Assert.Equal("Arrêter intake ?", asked);
        Assert.Contains(("intake", "stop"), dashboard.Resources.Commands);
    }

    [Fact]
    public async Task Why_a_command_failed_is_said()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Refusal = "Le port est pris.";
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}resources/intake-migration");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Démarrer intake-migration" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Le port est pris.");
    }

    [Fact]
    public async Task A_resources_page_shows_its_environment_without_secrets()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();

        await tab.Page.GotoAsync($"{dashboard.Address}resources/intake");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Row, new() { Name = "ASPNETCORE_ENVIRONMENT" })).ToContainTextAsync("Development");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Row, new() { Name = "ConnectionStrings__database" })).ToContainTextAsync("masqué");
        await Assertions.Expect(tab.Page.Locator("dl.facts")).ToContainTextAsync("scheduling");
    }

    [Fact]
    public async Task The_graph_shows_who_uses_whom()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();

        await tab.Page.GotoAsync($"{dashboard.Address}resources?view=graph");

        await Assertions.Expect(tab.Page.Locator("svg.graph a.node")).ToHaveCountAsync(4);
        await Assertions.Expect(tab.Page.Locator("svg.graph path.edge")).ToHaveCountAsync(5);
        await tab.Page.Locator("svg.graph a.node", new() { HasText = "scheduling" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("scheduling");
    }

    [Fact]
    public async Task Consoles_are_followed_filtered_and_paused()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Say("intake", "first <script>document.title='x'</script>");
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles");
        var screen = tab.Page.GetByRole(AriaRole.Log);
        await Assertions.Expect(screen).ToContainTextAsync("first <script>document.title='x'</script>");

        dashboard.Resources.Say("scheduling", "second");
        await Assertions.Expect(screen).ToContainTextAsync("second");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        dashboard.Resources.Say("intake", "third");
        await Assertions.Expect(tab.Page.GetByText("En pause")).ToBeVisibleAsync();
        await Assertions.Expect(screen).Not.ToContainTextAsync("third");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Reprendre" }).ClickAsync();
        await Assertions.Expect(screen).ToContainTextAsync("third");

        await tab.Page.GetByLabel("Texte").FillAsync("FIRST");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Afficher" }).ClickAsync();
        await Assertions.Expect(screen).ToContainTextAsync("first");
        await Assertions.Expect(screen).Not.ToContainTextAsync("second");
    }

    [Fact]
    public async Task A_console_is_downloaded_as_it_is_filtered_with_its_times()
    {
        await using var dashboard = await RunningDashboard.Start();
        dashboard.Resources.Say("intake", "needle one");
        dashboard.Resources.Say("intake", "hay");
        dashboard.Resources.Say("scheduling", "needle two");
        await using var tab = await browser.Open();
        foreach (var (query, pattern, name) in (IEnumerable<(string, string, string)>)
            [("resource=intake&q=needle", "^\\S+ needle one\n$", "intake-"), ("q=needle", "^\\S+ intake needle one\n\\S+ scheduling needle two\n$", "consoles-")])
        {
            await tab.Page.GotoAsync($"{dashboard.Address}consoles?{query}");
            var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Télécharger" }).ClickAsync());
            Assert.StartsWith(name, download.SuggestedFilename, StringComparison.Ordinal);
            Assert.Matches(pattern, await File.ReadAllTextAsync(await download.PathAsync()));
        }
    }

    [Fact]
    public async Task A_flooded_console_says_what_was_left_out_and_stays_bounded()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles?resource=intake");
        dashboard.Resources.Say("intake", "before");
        var screen = tab.Page.GetByRole(AriaRole.Log);
        await Assertions.Expect(screen).ToContainTextAsync("before");

        for (var line = 0; line < 200_000; line++)
        {
            dashboard.Resources.Say("intake", $"line {line}");
        }
        dashboard.Resources.Say("intake", "after");

        await Assertions.Expect(screen).ToContainTextAsync("after");
        await Assertions.Expect(screen.Locator(".gap").First).ToContainTextAsync("lignes omises");
        Assert.InRange(await screen.Locator("div").CountAsync(), 1, 5_000);
    }

    [Fact]
    public async Task A_browser_that_does_not_read_is_not_waited_for_and_is_told_what_went_by()
    {
        await using var dashboard = await RunningDashboard.Start();
        using var lazy = new TcpClient { ReceiveBufferSize = 4096 };
        await lazy.ConnectAsync("localhost", dashboard.Address.Port);
        await lazy.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /consoles/stream?resource=intake HTTP/1.1\r\nHost: {dashboard.Address.Authority}\r\n\r\n"));
        using var reader = new StreamReader(lazy.GetStream());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        // What came before the stream's first look would not be missed: it has looked once it says its first word.
        await LineThat(reader, "^data:", limit.Token);
        // More than the machine's own buffers hold: the stream now stands still.
        dashboard.Resources.Say("intake", 1_000, new string('x', 8_000));
        using var other = dashboard.Client();
        Assert.Equal("Healthy", await other.GetStringAsync("/health"));

        dashboard.Resources.Say("intake", 5_000, "late");
        Assert.Equal("Healthy", await other.GetStringAsync("/health"));

        var line = await LineThat(reader, "\"omitted\":[1-9]", limit.Token);
        // All of the second burst but the last thousand; of the first too, when they were looked at together.
        Assert.Matches("\"omitted\":[45]000,", line[..60]);
    }

    private static async Task<string> LineThat(StreamReader reader, string matches, CancellationToken cancellation)
    {
        string line;
        do
        {
            line = await reader.ReadLineAsync(cancellation) ?? throw new EndOfStreamException();
        }
        while (!Regex.IsMatch(line, matches, RegexOptions.None, TimeSpan.FromSeconds(1)));
        return line;
    }

    [Fact]
    public async Task Keys_lead_to_the_pages()
    {
        await using var dashboard = await RunningDashboard.Start();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}consoles");

        await tab.Page.Keyboard.PressAsync("r");
        await Assertions.Expect(tab.Page).ToHaveURLAsync($"{dashboard.Address}resources");
        await tab.Page.Keyboard.PressAsync("c");
        await Assertions.Expect(tab.Page).ToHaveURLAsync($"{dashboard.Address}consoles");
        await tab.Page.GetByLabel("Texte").PressAsync("r");
        await Assertions.Expect(tab.Page.GetByLabel("Texte")).ToHaveValueAsync("r");
        await tab.Page.Locator("h1").ClickAsync();
        await tab.Page.Keyboard.PressAsync("?");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
    }
}
