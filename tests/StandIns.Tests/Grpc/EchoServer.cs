using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Intervision.StandIns.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intervision.StandIns.Tests.Grpc;

/// <summary>The echo service on a real Kestrel endpoint, HTTP/2 in clear, at a port the system chose.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<GrpcChannel> _channels = [];

    private EchoServer(WebApplication app) => _app = app;

    public static async Task<EchoServer> Start(
        Action<GrpcServiceOptions>? grpc = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<Seen>();
        builder.Services.AddGrpc(options => grpc?.Invoke(options));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<EchoService>();
        map?.Invoke(app);
        await app.StartAsync();
        return new EchoServer(app);
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    public IServiceProvider Services => _app.Services;
    public Seen Seen => Services.GetRequiredService<Seen>();

    public GrpcChannel Channel(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        var channel = GrpcChannel.ForAddress(Address, options);
        _channels.Add(channel);
        return channel;
    }

    public Echo.EchoClient Client(Action<GrpcChannelOptions>? configure = null) => new(Channel(configure));

    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await Stop();
        await _app.DisposeAsync();
    }
}
