using System.Reflection;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Health;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Telemetry;
using Intervision.ServiceDefaults.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults;

/// <summary>What the four services have in common; a service's Program.cs reads as what it adds.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Telemetry, health, authentication, errors, database, messaging, gRPC.</summary>
    /// <param name="service">Lower-case name: membership, intake, scheduling, indemnisation.</param>
    /// <param name="handlers">What this service does with the events of the others.</param>
    public static void AddServiceDefaults(this WebApplicationBuilder builder, string service, Action<EventHandlers>? handlers = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(new ServiceName(service));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<CallClock>();
        builder.AddCallerAuthentication();
        builder.AddDatabase();
        builder.AddMessaging(service, handlers ?? (_ => { }));
        builder.AddMail();
        builder.AddTelemetry(service);
        builder.Services.AddServiceHealthChecks();
        // gRPC would make new ones for every call.
        builder.Services.AddSingleton<RpcMetrics>().AddSingleton<ErrorInterceptor>().AddSingleton<Authorisation>();
        builder.Services.AddGrpc(options =>
        {
            options.Interceptors.Add<RpcMetrics>();
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<Authorisation>();
            options.MaxReceiveMessageSize = 1024 * 1024;
            options.EnableDetailedErrors = false;
        });
        builder.Logging.AddFilter(UnreadableRequests.NoisyCategory, LogLevel.Critical);
        // It logs whole addresses, and what somebody searches for may name somebody; spans bear the path alone.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Services.AddGrpcHealthChecks();
        if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddGrpcReflection();
        }
    }

    /// <summary>The pipeline, health pages (on the http endpoint only, DESIGN §7.32), gRPC health and reflection.</summary>
    public static void MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseServerSpans();
        app.Use(UnreadableRequests.Invoke);
        // HTTP/1.1 is what the http endpoint speaks and the grpc endpoint does not.
        app.UseWhen(context => HttpProtocol.IsHttp11(context.Request.Protocol), OnHttp);
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapMessaging();
        if (app.Environment.IsDevelopment())
        {
            app.MapGrpcReflectionService().AllowAnonymous();
        }
    }

    private static void OnHttp(IApplicationBuilder http) => http
        .UseHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthText.Write })
        .UseHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });

    /// <summary>
    /// <c>dotnet {Service}.dll migrate</c>: applies migrations and seeds as the owner (<c>ConnectionStrings:owner</c>,
    /// <c>Database:AppPassword</c>) and is done; <c>redrive [queue]</c>: gives parked events another chance, and is done; <c>healthy</c>: says by its exit code whether
    /// the service that runs beside it is.
    /// True when that was the command.
    /// </summary>
    public static async Task<bool> MigrateIfAsked(
        this WebApplicationBuilder builder, string[] args, string service, Assembly migrations, Func<Tx, Task>? seed = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (args is ["redrive", .. var queue])
        {
            await RedriveCommand.Run(builder.Configuration, service, queue.FirstOrDefault() ?? "");
            return true;
        }

        if (args is ["healthy"])
        {
            Environment.ExitCode = await HealthCommand.Run(builder.Configuration);
            return true;
        }

        if (args is not ["migrate", ..])
        {
            return false;
        }

        var owner = builder.Configuration.GetConnectionString("owner")
            ?? throw new InvalidOperationException("ConnectionStrings:owner is missing.");
        await Migrator.Migrate(owner, service, migrations, builder.Configuration["Database:AppPassword"], seed, CancellationToken.None);
        return true;
    }
}
