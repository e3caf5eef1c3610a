using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Ports;

namespace Intervision.AppHost.Tests;

/// <summary>The page of resources, and what scripts read from it.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private const string Secret = "tr3s-s3cret";
    private const string Token = "0123456789abcdef";
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://localhost:{PortAllocation.Free()}"), Timeout = Sample.Patience };
    private DistributedApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = DistributedApplication.CreateBuilder([$"--AppHost:DataFolder={Sample.DataFolder()}", $"--ASPNETCORE_URLS={_http.BaseAddress}", $"--AppHost:BrowserToken={Token}"]);
        var password = builder.AddParameter("password", Secret, secret: true);
        builder.AddSample("sample").WithEnvironment("DATABASE_ADDRESS", $"Host=x;Password={password};").WithEnvironment("SHOWN", "as it is");
        builder.AddExecutable("talker", "sh", "/tmp", "-c", $"printf '\\033[32mgreen\\033[0m {Secret} é\\n'; exec sleep 500");
        _app = builder.Build();
        await _app.StartAsync();
        await Sample.Healthy(_app, "sample");
        await Sample.Healthy(_app, "talker");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Scripts_read_states_and_endpoints()
    {
        var sample = (await _http.GetFromJsonAsync<JsonElement[]>("/api/resources"))!.Single(r => r.GetProperty("name").GetString() == "sample");

        Assert.Equal("Running", sample.GetProperty("state").GetString());
        Assert.Equal("Healthy", sample.GetProperty("health").GetString());
        Assert.Equal(["grpc", "http"], sample.GetProperty("endpoints").EnumerateArray().Select(e => e.GetProperty("name").GetString()).Order());
        Assert.Equal("Healthy", await _http.GetStringAsync("/health"));
    }

    [Fact]
    public async Task What_is_in_a_resource_needs_a_login()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync("/resources/sample")).StatusCode);
        Assert.DoesNotContain("DATABASE_ADDRESS", await _http.GetStringAsync("/api/resources"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_is_shown()
    {
        await LogIn();

        var text = await _http.GetStringAsync("/resources/sample");

        Assert.Contains("as it is", text, StringComparison.Ordinal);
        Assert.Contains("DATABASE_ADDRESS", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_app_host_logs_is_a_console_too_without_the_tokens_it_prints()
    {
        await LogIn();
        var said = string.Empty;
        // The address is told when the pages have been made once.
        using var limit = new CancellationTokenSource(Sample.Patience);
        while (!said.Contains("/login?t=••••••", StringComparison.Ordinal))
        {
            said = await _http.GetStringAsync("/consoles/download?resource=apphost", limit.Token);
        }

        Assert.Contains("AppHost: sample fonctionne", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, said, StringComparison.Ordinal);
        Assert.Contains("<option>apphost</option>", await _http.GetStringAsync("/consoles"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_console_is_followed_without_colours_and_secrets()
    {
        await LogIn();
        using var stream = new StreamReader(await _http.GetStreamAsync("/consoles/stream?resource=talker"));
        var line = await stream.ReadLineAsync();
        while (line is not null && !line.Contains("green", StringComparison.Ordinal))
        {
            line = await stream.ReadLineAsync();
        }

        var said = JsonDocument.Parse(line!["data: ".Length..]).RootElement.GetProperty("lines")[0].GetProperty("text").GetString();
        Assert.Equal("green •••••• é", said);
    }

    [Fact]
    public async Task A_service_is_restarted_from_its_page()
    {
        await LogIn();
        Assert.True(_app.ResourceNotifications.TryGetCurrentState("sample", out var before));

        var answer = await _http.PostAsync("/resources/sample/restart", null);

        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        await Sample.State(_app, "sample", s => s.IsHealthyAndReady && s.ProcessId != before.Snapshot.ProcessId);
    }

    [Fact]
    public async Task Another_name_for_this_machine_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/resources") { Headers = { Host = "evil.example" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await _http.SendAsync(request)).StatusCode);
    }

    private async Task LogIn() => Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync($"/login?t={Token}")).StatusCode);
}
