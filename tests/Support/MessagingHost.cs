using Grpc.Core;
using Grpc.Net.Client;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using EventHandlers = Intervision.ServiceDefaults.Messaging.EventHandlers;

namespace Intervision.Tests.Support;

/// <summary>A process-like host of ServiceDefaults alone, relay and consumers included, with short intervals.</summary>
public sealed class MessagingHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly GrpcChannel channel;

    private MessagingHost(WebApplication app, ErrorLog errors)
    {
        (this.app, ErrorLog) = (app, errors);
        channel = GrpcChannel.ForAddress(
            "http://localhost", new GrpcChannelOptions { HttpHandler = new ResponseVersion { InnerHandler = app.GetTestServer().CreateHandler() } });
    }

    public ErrorLog ErrorLog { get; }

    public IServiceProvider Services => app.Services;

    public Db Db => Services.GetRequiredService<Db>();

    /// <param name="database">Connection string of the service's login.</param>
    /// <param name="amqp">URI of the virtual host.</param>
    /// <param name="settings">Over the short intervals of tests, e.g. <c>Messaging:Sweep</c>.</param>
    public static async Task<MessagingHost> Start(
        string service, string database, string amqp, Action<EventHandlers>? handlers = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        var errors = new ErrorLog();
        builder.Logging.ClearProviders().AddProvider(errors);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ConnectionStrings:database"] = database,
            ["ConnectionStrings:rabbitmq"] = amqp,
            ["Authentication:DevelopmentPublicKey"] = Tokens.PublicKey,
            ["Messaging:Sweep"] = "00:00:00.2",
            ["Messaging:Rebalance"] = "00:00:00.1",
            ["Messaging:PollIdle"] = "00:00:00.1",
            ["Messaging:RefusalBackoff"] = "00:00:00.05",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
        builder.AddServiceDefaults(service, handlers);
        var built = builder.Build();
        built.MapServiceDefaults();
        await built.StartAsync();
        return new MessagingHost(built, errors);
    }

    public TClient Client<TClient>()
        where TClient : ClientBase<TClient> => (TClient)Activator.CreateInstance(typeof(TClient), channel)!;

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
