using System.Net;
using System.Net.Sockets;
using Intervision.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intervision.Dashboard.Otlp;

/// <summary>Two ports on loopback: gRPC, and HTTP for those who have no gRPC. A web server of its own: a flood here does not queue before the pages.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication web;

    private OtlpReceiver(WebApplication web) => this.web = web;

    public Uri Grpc => new(web.Urls.First());

    public Uri Http => new(web.Urls.Last());

    /// <param name="grpc">Port of loopback; 0: a free one.</param>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<OtlpReceiver> Start(TelemetryStore store, string key, int grpc, int http, CancellationToken cancellation)
    {
        var limits = store.Options;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production", ApplicationName = typeof(OtlpReceiver).Assembly.GetName().Name });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = limits.MaxRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = 128;
            // Who sends drop by drop keeps others waiting for a turn.
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 16_384, gracePeriod: TimeSpan.FromSeconds(10));
            kestrel.Limits.Http2.MaxStreamsPerConnection = 16;
            kestrel.Listen(IPAddress.Loopback, grpc, o => o.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, http, o => o.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton(new Intake(store));
        builder.Services.AddSingleton(_ => new Turns(limits.MaxRequestsAtOnce));
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = limits.MaxRequestBytes);
        var server = builder.Build();
        server.Use(new ApiKey(key, store.Drops).Check);
        server.Use(server.Services.GetRequiredService<Turns>().Take);
        server.Use(LeaveTheBoundToGrpc);
        server.MapGrpcService<TraceGrpc>();
        server.MapGrpcService<LogsGrpc>();
        server.MapGrpcService<MetricsGrpc>();
        server.MapOtlpHttp(server.Services.GetRequiredService<Intake>(), limits, store.Drops);
        try
        {
            await server.StartAsync(cancellation);
            return new OtlpReceiver(server);
        }
        catch (Exception failure)
        {
            await server.DisposeAsync();
            // Another that binds at the same instant is met only when we listen, and Kestrel calls that otherwise.
            if (failure is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                throw new IOException(failure.Message, failure);
            }

            throw;
        }
    }

    /// <summary>gRPC refuses a message over the bound from its header, with a status; the web server's own bound, met first, would end the call without one.</summary>
    private static Task LeaveTheBoundToGrpc(HttpContext http, RequestDelegate next)
    {
        if (ApiKey.IsGrpc(http.Request))
        {
            http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        }

        return next(http);
    }

    public async ValueTask DisposeAsync()
    {
        // What a service says while it stops is taken; one that holds its connection open is not waited for.
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await web.StopAsync(soon.Token);
        await web.DisposeAsync();
    }
}
