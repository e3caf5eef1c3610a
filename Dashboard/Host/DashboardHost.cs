using System.Net;
using Intervision.Dashboard.Access;
using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intervision.Dashboard;

/// <summary>The dashboard's pages, served by the process whose resources they show.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly CancellationTokenSource _stopping = new();

    private DashboardHost(WebApplication web, DashboardOptions options, Gate gate, BrowserToken token)
    {
        _web = web;
        Announced = AnnounceAsync(options, gate, token);
    }

    /// <summary>Completes when the address has been told. Pages are served before; who starts the suite need not wait for it.</summary>
    public Task Announced { get; }

    public static async Task<DashboardHost> StartAsync(DashboardOptions options, Board board, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production", ApplicationName = "Intervision.Dashboard" });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options.Address));
        // A page of the web whose name is made to point here must not read this one.
        builder.Services.Configure<HostFilteringOptions>(o => o.AllowedHosts = ["localhost", "127.0.0.1", "[::1]", options.Address.Host]);
        builder.Services.AddHostFiltering(_ => { });
        var web = builder.Build();
        var token = new BrowserToken(options);
        var gate = new Gate(options, token);
        web.UseHostFiltering();
        web.Use(SecurityHeaders.Add);
        web.Use((http, next) => Failures.Tell(http, next, options));
        web.Use(gate.Pass);
        web.MapLogin(gate, token, options);
        web.MapPages(board);
        await web.StartAsync(cancellation);
        return new DashboardHost(web, options, gate, token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Announced;
        _stopping.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(0.2));
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
    }

    private async Task AnnounceAsync(DashboardOptions options, Gate gate, BrowserToken token)
    {
        try
        {
            await gate.AsReader(cookie => Rehearsal.Of(options.Address, cookie, _stopping.Token));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // A rehearsal that fails costs the first reader a moment.
        }
        if (!_stopping.IsCancellationRequested)
        {
            token.Announce();
        }
    }

    /// <summary>On loopback, unless the address names another interface of this machine.</summary>
    private static void Listen(KestrelServerOptions kestrel, Uri address)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 16 * 1024;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        if (address.IsLoopback || !IPAddress.TryParse(address.Host, out var other))
        {
            kestrel.ListenLocalhost(address.Port);
        }
        else
        {
            kestrel.Listen(other, address.Port);
        }
    }
}
