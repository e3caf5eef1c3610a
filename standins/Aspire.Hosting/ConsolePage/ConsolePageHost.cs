using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ConsolePage;

/// <summary>
/// A page on loopback: the resources, their states and endpoints, their consoles as they speak. Everything it
/// shows comes from <see cref="ResourceView"/> and the two services, which a fuller dashboard can use as well.
/// </summary>
internal sealed class ConsolePageHost : IAsyncDisposable
{
    private readonly WebApplication _web;

    private ConsolePageHost(WebApplication web) => _web = web;

    /// <summary>Configuration <c>ASPNETCORE_URLS</c>, as in the original.</summary>
    public static Uri Address(IServiceProvider services)
    {
        var urls = services.GetRequiredService<IDistributedApplicationBuilder>().Configuration["ASPNETCORE_URLS"];
        return new Uri(urls is { Length: > 0 } ? urls.Split(';')[0] : "http://localhost:18888");
    }

    public static async Task<ConsolePageHost> StartAsync(Uri address, IServiceProvider services, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production", ApplicationName = "Aspire.Hosting" });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(address.Port));
        // A page of the web whose name is made to point here must not read this one.
        builder.Services.Configure<HostFilteringOptions>(o => o.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddHostFiltering(_ => { });
        var web = builder.Build();
        web.UseHostFiltering();
        Map(web, new ResourceView(services));
        await web.StartAsync(cancellationToken);
        services.GetRequiredService<ILoggerFactory>().CreateLogger("AppHost").LogInformation("Page des ressources : {Address}", address);
        return new ConsolePageHost(web);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(0.2));
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
    }

    private static void Map(WebApplication web, ResourceView view)
    {
        web.MapGet("/", () => Results.Stream(typeof(ConsolePageHost).Assembly.GetManifestResourceStream("page.html")!, "text/html; charset=utf-8"));
        web.MapGet("/health", async () => await view.IsHealthy() ? Results.Text("Healthy") : Results.Text("Unhealthy", statusCode: 503));
        web.MapGet("/api/resources", view.All);
        web.MapGet("/api/resources/stream", (HttpContext context) => TypedResults.ServerSentEvents(view.ChangesAsync(context.RequestAborted)));
        web.MapGet("/api/resources/{name}/console", (string name, HttpContext context) => view.Exists(name)
            ? TypedResults.ServerSentEvents(ConsoleAsync(view, name, context.RequestAborted))
            : Results.NotFound());
    }

    private static async IAsyncEnumerable<SseItem<IEnumerable<ConsoleLine>>> ConsoleAsync(
        ResourceView view, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var lines in view.ConsoleAsync(name, cancellationToken))
        {
            yield return new SseItem<IEnumerable<ConsoleLine>>(lines);
        }
    }
}
