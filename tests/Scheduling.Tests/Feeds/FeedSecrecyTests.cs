using System.Collections.Concurrent;
using System.Diagnostics;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Scheduling.Tests.Feeds;

/// <summary>The address of a calendar is a key: it is in no log line, scope or span, right, mistyped or revoked.</summary>
public sealed class FeedSecrecyTests(FeedSecrecyTests.Traced fixture) : IClassFixture<FeedSecrecyTests.Traced>
{
    [Fact]
    public async Task No_span_holds_it()
    {
        var token = await Token();
        var spans = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Enqueue(
                $"{span.Source.Name} {span.DisplayName} {span.OperationName} {string.Join(' ', span.TagObjects.Select(t => $"{t.Key}={t.Value}"))} {string.Join(' ', span.Events.SelectMany(e => e.Tags).Select(t => $"{t.Key}={t.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        using var browser = ((TestServer)fixture.Services.GetRequiredService<IServer>()).CreateClient();
        foreach (var path in Paths(token))
        {
            using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative));
        }

        Assert.Contains(spans, s => s.Contains("GET /calendriers/{token}.ics", StringComparison.Ordinal) && s.Contains("url.path=/calendriers/{token}.ics", StringComparison.Ordinal));
        Assert.DoesNotContain(spans, s => s.Contains(token[..20], StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task No_log_holds_it_even_when_everything_is_logged()
    {
        var token = await Token();
        var (said, http) = (new ConcurrentQueue<string>(), Ports.Free());
        var postgres = await TestPostgres.Shared();
        using var process = await ChildProcesses.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Intervision.Scheduling.dll")])
            {
                WorkingDirectory = AppContext.BaseDirectory,
                Environment =
                {
                    ["ASPNETCORE_ENVIRONMENT"] = "Development",
                    ["ConnectionStrings__database"] = postgres.App("scheduling", fixture.DatabaseName),
                    ["Authentication__DevelopmentPublicKey"] = Tokens.PublicKey,
                    ["Messaging__Enabled"] = "false",
                    ["Kestrel__Endpoints__grpc__Url"] = $"http://127.0.0.1:{Ports.Free()}",
                    ["Kestrel__Endpoints__http__Url"] = $"http://127.0.0.1:{http}",
                    ["Logging__LogLevel__Default"] = "Trace",
                    ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
                    ["Logging__LogLevel__Microsoft"] = "Trace",
                    ["Logging__Console__FormatterName"] = "json",
                    ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
                },
            },
            said.Enqueue);
        try
        {
            using var browser = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}") };
            await Eventually.IsTrue(() => IsHealthy(browser), "Scheduling is healthy", TimeSpan.FromSeconds(60));
            foreach (var path in Paths(token))
            {
                using var answer = await browser.GetAsync(new Uri(path, UriKind.Relative));
                using var posted = await browser.PostAsync(new Uri(path, UriKind.Relative), content: null);
            }

            // Something that is logged by the services after: what came before is said by then.
            var before = said.Count;
            await Eventually.IsTrue(async () => await IsHealthy(browser) && said.Count > before + 5, "later lines are said", TimeSpan.FromSeconds(60));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Contains(said, line => line.Contains("\"LogLevel\":\"Trace\"", StringComparison.Ordinal) || line.Contains("\"LogLevel\":\"Debug\"", StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains(token[..20], StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Right, without its end, in another case, below something, and of nobody.</summary>
    private static IEnumerable<string> Paths(string token) =>
        [$"/calendriers/{token}.ics", $"/calendriers/{token}", $"/Calendriers/{token}.ICS", $"/calendriers/{token}.ics/x", $"/calendriers/x/{token}.ics", $"/calendriers/{token}.ics?q={token}"];

    private static async Task<bool> IsHealthy(HttpClient browser)
    {
        try
        {
            using var answer = await browser.GetAsync(new Uri("/alive", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<string> Token()
    {
        var stage = await new Stage(fixture).Set();
        var feed = await fixture.Client<InvitationService.InvitationServiceClient>().CreateCalendarFeedAsync(
            new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Pole = stage.Pole }, stage.AsCoordinator(Stage.Start));
        return feed.Path.Split('/')[2][..^4];
    }

    /// <summary>With the tags that a collector would get.</summary>
    public sealed class Traced : SchedulingFixture
    {
        protected override void Configure(IWebHostBuilder builder)
        {
            base.Configure(builder);
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        }
    }
}
