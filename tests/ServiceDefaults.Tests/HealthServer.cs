using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>A service that others call, on a port of its own: it answers that it is well and notes the token of each call.</summary>
internal sealed class HealthServer(WebApplication web) : IAsyncDisposable
{
    private bool stopped;

    /// <summary>The header "authorization" of each call so far, empty when it had none.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public string Address => web.Urls.Single();

    public static async Task<HealthServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddGrpcHealthChecks();
        var app = builder.Build();
        var server = new HealthServer(app);
        app.Use((context, next) =>
        {
            server.Calls.Enqueue(context.Request.Headers.Authorization.ToString());
            return next(context);
        });
        app.MapGrpcHealthChecksService();
        await app.StartAsync();
        return server;
    }

    /// <summary>Stops as a service does that is told to: what is under way is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!stopped)
        {
            stopped = true;
            await web.StopAsync();
            await web.DisposeAsync();
        }
    }
}
