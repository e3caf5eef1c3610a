using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>The relay, the consumers and their operations service.</summary>
public static class MessagingExtensions
{
    /// <param name="configure">What this service does with the events of the others.</param>
    public static void AddMessaging(this WebApplicationBuilder builder, string service, Action<EventHandlers> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var handlers = new EventHandlers(service);
        configure(handlers);
        builder.Services.AddSingleton(handlers);
        builder.Services.AddSingleton<OutboxSignal>();
        builder.Services.AddSingleton<Broker>();
        builder.Services.AddSingleton<Redrive>();
        builder.Services.AddSingleton<Replay>();
        builder.Services.Configure<MessagingOptions>(builder.Configuration.GetSection(MessagingOptions.Section));
        builder.Services.AddHostedService<Relay>();
        builder.Services.AddHostedService<Consumers>();
        builder.Services.AddHostedService<Retention>();
        builder.Services.AddHostedService<OutboxWatch>();
        builder.Services.AddHostedService<OutsideQueues>();
    }

    public static void MapMessaging(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<OperationsService>();
    }
}
