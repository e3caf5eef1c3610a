using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>The relay, the consumers and their operations service.</summary>
public static class MessagingExtensions
{
    public static void AddMessaging(this WebApplicationBuilder builder, string service, Action<EventHandlers> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var handlers = new EventHandlers(service);
        configure(handlers);
        builder.Services.AddSingleton(handlers);
        builder.Services.AddSingleton<OutboxSignal>();
    }

    public static void MapMessaging(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
