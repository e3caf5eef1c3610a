using System.Net;
using Intervision.Dashboard.Access;
using Intervision.Dashboard.Tests.Support;

namespace Intervision.Dashboard.Tests;

/// <summary>Who may read the dashboard, and who may give commands.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task The_address_printed_at_start_logs_in_once_and_a_new_one_is_printed()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        var address = dashboard.LoginAddress;
        using var first = dashboard.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await first.GetAsync("/resources")).StatusCode);

        var entered = await first.GetAsync(address);

        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age=259200", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/resources")).StatusCode);

        using var second = dashboard.Client();
        var refused = await second.GetAsync(address);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("déjà servi", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, dashboard.Announced.Count);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync(dashboard.LoginAddress)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/resources")).StatusCode);
    }

    /// <summary>The first reader does not wait for the compiler.</summary>
    [Fact]
    public async Task Every_page_was_made_once_when_the_address_is_told()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);

        Assert.Single(dashboard.Announced);
        // Behind the login: overview, resources, consoles, logs, traces and metrics.
        Assert.InRange(dashboard.Resources.Asked, 6, int.MaxValue);
        using var stranger = dashboard.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task A_token_has_128_bits_and_a_configured_one_stays_good()
    {
        await using var random = await RunningDashboard.Start(unsecured: false);
        Assert.Matches("/login\\?t=[0-9a-f]{32}$", random.LoginAddress);

        await using var configured = await RunningDashboard.Start(unsecured: false, token: "of my own");
        for (var login = 0; login < 2; login++)
        {
            using var client = configured.Client();
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/login?t=of%20my%20own")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/resources")).StatusCode);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/resources")]
    [InlineData("/resources/intake")]
    [InlineData("/consoles/stream")]
    [InlineData("/consoles/download")]
    [InlineData("/logs")]
    [InlineData("/nowhere")]
    public async Task Without_a_login_nothing_is_shown(string path)
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        using var client = dashboard.Client();

        var answer = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain("postgres", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_ask_for_states_without_a_login_and_get_nothing_else()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        using var client = dashboard.Client();

        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        var states = await client.GetStringAsync("/api/resources");
        Assert.Contains("\"name\":\"intake\"", states, StringComparison.Ordinal);
        Assert.DoesNotContain("ASPNETCORE_ENVIRONMENT", states, StringComparison.Ordinal);

        dashboard.Resources.Change("intake", r => r with { Health = "Unhealthy" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task Why_a_resource_failed_quotes_its_console_and_takes_a_login()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        dashboard.Resources.Change("intake", r => r with { State = "FailedToStart", Failure = "last words of its console" });
        using var client = dashboard.Client();

        var states = await client.GetStringAsync("/api/resources");
        Assert.Contains("\"failed\":true,\"failure\":null", states, StringComparison.Ordinal);
        Assert.DoesNotContain("last words", states, StringComparison.Ordinal);

        await client.GetAsync(dashboard.LoginAddress);
        Assert.Contains("last words", await client.GetStringAsync("/api/resources"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_looked_at_in_advance_does_not_use_the_token()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        using var client = dashboard.Client();
        using var early = new HttpRequestMessage(HttpMethod.Get, dashboard.LoginAddress) { Headers = { { "Sec-Purpose", "prefetch" } } };

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.SendAsync(early)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(dashboard.LoginAddress)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_form_gives_no_command(string header, string value)
    {
        await using var dashboard = await RunningDashboard.Start();
        using var client = dashboard.Client();
        using var forged = new HttpRequestMessage(HttpMethod.Post, "/resources/intake/stop") { Content = new FormUrlEncodedContent([]), Headers = { { header, value } } };

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(forged)).StatusCode);
        Assert.Empty(dashboard.Resources.Commands);
    }

    [Theory]
    [InlineData("/usage/clear")]
    [InlineData("/logout")]
    [InlineData("/login")]
    public async Task Another_sites_form_does_nothing_else_either(string path)
    {
        await using var dashboard = await RunningDashboard.Start();
        using var client = dashboard.Client();
        using var forged = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([]), Headers = { { "Origin", "http://evil.example" } } };

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(forged)).StatusCode);
    }

    [Fact]
    public async Task Without_a_login_no_command_is_taken_and_a_link_gives_none()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        using var client = dashboard.Client();
        foreach (var path in (string[])["/resources/intake/stop", "/usage/clear"])
        {
            using var nothing = new FormUrlEncodedContent([]);
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync(path, nothing)).StatusCode);
        }

        await client.GetAsync(dashboard.LoginAddress);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/resources")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/resources/intake/stop")).StatusCode);
        Assert.Empty(dashboard.Resources.Commands);
    }

    [Fact]
    public async Task Who_logs_out_is_out_whoever_still_has_the_cookie()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        using var client = dashboard.Client();
        var cookie = (await client.GetAsync(dashboard.LoginAddress)).Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var copied = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = dashboard.Address, DefaultRequestHeaders = { { "Cookie", cookie } } };
        Assert.Equal(HttpStatusCode.OK, (await copied.GetAsync("/resources")).StatusCode);
        using var nothing = new FormUrlEncodedContent([]);

        Assert.Equal(HttpStatusCode.Redirect, (await client.PostAsync("/logout", nothing)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await copied.GetAsync("/resources")).StatusCode);
    }

    [Fact]
    public async Task Our_own_form_gives_a_command()
    {
        await using var dashboard = await RunningDashboard.Start();
        using var client = dashboard.Client();
        using var ours = new HttpRequestMessage(HttpMethod.Post, "/resources/intake/stop") { Content = new FormUrlEncodedContent([]), Headers = { { "Origin", dashboard.Address.OriginalString } } };

        Assert.Equal(HttpStatusCode.Redirect, (await client.SendAsync(ours)).StatusCode);
        Assert.Equal(("intake", "stop"), Assert.Single(dashboard.Resources.Commands));
    }

    [Theory]
    [InlineData("/health", "evil.example")]
    [InlineData("/resources", "localhost.evil.example")]
    [InlineData("/consoles/stream", "127.0.0.1.evil.example")]
    [InlineData("/assets/dashboard.js", "evil.example:18888")]
    public async Task Another_name_for_this_machine_is_refused(string path, string host)
    {
        await using var dashboard = await RunningDashboard.Start();
        using var client = dashboard.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };

        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers()
    {
        await using var dashboard = await RunningDashboard.Start(unsecured: false);
        using var client = dashboard.Client();
        foreach (var path in (string[])["/", "/login", "/health", "/nowhere"])
        {
            var answer = await client.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        }
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\t/evil.example")]
    public async Task The_choice_of_language_leads_nowhere_else(string back)
    {
        await using var dashboard = await RunningDashboard.Start();
        using var client = dashboard.Client();

        var answer = await client.GetAsync($"/language?to=en&back={Uri.EscapeDataString(back)}");

        Assert.Equal("/", answer.Headers.Location!.OriginalString);
        Assert.Contains("<html lang=\"en\">", await client.GetStringAsync("/resources"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/consoles?resource=intake&q=x", "/consoles?resource=intake&q=x")]
    [InlineData("//evil.example", "/resources")]
    [InlineData("/\\evil.example", "/resources")]
    [InlineData("https://evil.example", "/resources")]
    [InlineData("", "/resources")]
    public async Task A_command_leads_back_to_where_it_was_given_and_nowhere_else(string back, string leads)
    {
        await using var dashboard = await RunningDashboard.Start();
        using var client = dashboard.Client();
        using var nothing = new FormUrlEncodedContent([]);

        var answer = await client.PostAsync($"/resources/intake/restart?back={Uri.EscapeDataString(back)}", nothing);

        Assert.Equal(leads, answer.Headers.Location!.OriginalString);
        Assert.Single(dashboard.Resources.Commands);
    }

    [Fact]
    public void Sessions_end_after_three_days_and_are_counted()
    {
        var clock = new FixedClock();
        var sessions = new BrowserSessions(clock);
        var mine = sessions.Open();
        Assert.True(sessions.Knows(mine));
        Assert.False(sessions.Knows(mine + "0"));

        clock.Now += BrowserSessions.Life;
        Assert.False(sessions.Knows(mine));

        var oldest = sessions.Open();
        for (var more = 0; more < BrowserSessions.Most; more++)
        {
            clock.Now += TimeSpan.FromSeconds(1);
            sessions.Open();
        }
        Assert.False(sessions.Knows(oldest));
    }

    private sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = FakeResources.Started;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
