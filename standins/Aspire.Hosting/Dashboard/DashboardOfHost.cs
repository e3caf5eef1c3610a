using Intervision.Dashboard;
using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Starts the dashboard with what the app host's configuration says of it, under the original's names.</summary>
internal static class DashboardOfHost
{
    /// <summary>Configuration <c>ASPNETCORE_URLS</c>.</summary>
    public static Uri Address(IServiceProvider services)
    {
        var urls = services.GetRequiredService<IDistributedApplicationBuilder>().Configuration["ASPNETCORE_URLS"];
        return new Uri(urls is { Length: > 0 } ? urls.Split(';')[0] : "http://localhost:18888");
    }

    /// <summary>From here on configuration says where projects send their telemetry.</summary>
    /// <exception cref="DistributedApplicationException">An address or a limit that configuration gives cannot be used.</exception>
    public static async Task<DashboardTelemetry> ReceiveAsync(string dataFolder, IServiceProvider services, CancellationToken cancellation)
    {
        var configuration = services.GetRequiredService<IDistributedApplicationBuilder>().Configuration;
        try
        {
            return await DashboardTelemetry.StartAsync(configuration, dataFolder, services.GetRequiredService<ILoggerFactory>(), cancellation);
        }
        catch (InvalidOperationException refused)
        {
            throw new DistributedApplicationException(refused.Message, refused);
        }
    }

    public static async Task<DashboardHost> StartAsync(Uri address, TelemetryStore telemetry, IServiceProvider services, CancellationToken cancellation)
    {
        var configuration = services.GetRequiredService<IDistributedApplicationBuilder>().Configuration;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("AppHost");
        var options = new DashboardOptions
        {
            Address = address,
            BrowserToken = configuration["AppHost:BrowserToken"],
            Unsecured = configuration.GetValue("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", false),
            Announce = line => logger.LogInformation("{Line}", line),
            Complain = failure => logger.LogError(failure, "Une page du tableau de bord n'a pas pu être faite."),
        };
        return await DashboardHost.StartAsync(options, new Board(new ResourceView(services), telemetry, TimeProvider.System), cancellation);
    }
}
