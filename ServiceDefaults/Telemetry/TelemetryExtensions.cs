using System.Globalization;
using Intervision.ServiceDefaults.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs by OTLP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where. The instrumentation packages are
/// not needed: the runtime, Npgsql, gRPC and RabbitMQ carry sources and meters of their own.
/// </summary>
public static class TelemetryExtensions
{
    private const string HostingSwitch = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    public static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            // Nobody to tell: spans that nobody reads would cost as much as the work they describe.
            return;
        }

        // Without it .NET's server spans bear no tags at all.
        AppContext.SetSwitch(HostingSwitch, isEnabled: false);
        builder.Services.AddOpenTelemetry()
            // The environment last: it knows which instance this is. Without it the name is random, and instances are told apart all the same.
            .ConfigureResource(resource => resource.AddService(service, serviceNamespace: "intervision").AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                // Not RabbitMQ.Client.Subscriber: each delivery would be a trace of its own, and ours goes on with what the event says.
                .AddSource(Tracing.SourceName, "Microsoft.AspNetCore", "System.Net.Http", "Grpc.Net.Client", "Npgsql", "RabbitMQ.Client.Publisher")
                .SetSampler(new ParentBasedSampler(new NoOrphanClients(Roots(builder.Configuration))))
                .AddProcessor(new RpcTags()))
            .WithMetrics(metrics => metrics
                .AddMeter("Intervision.*", "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime", "Npgsql"))
            .WithLogging(configureBuilder: null, options =>
            {
                // Scopes carry the trace; the formatted text repeats the attributes.
                options.IncludeScopes = true;
                options.IncludeFormattedMessage = true;
            })
            .UseOtlpExporter();
    }

    /// <summary>
    /// Which traces that begin here are kept: all, unless <c>OTEL_TRACES_SAMPLER</c> names a ratio and <c>OTEL_TRACES_SAMPLER_ARG</c>
    /// says which (0.05: one in twenty). What a caller has decided always holds.
    /// </summary>
    private static Sampler Roots(IConfiguration configuration) => configuration["OTEL_TRACES_SAMPLER"] switch
    {
        "traceidratio" or "parentbased_traceidratio" => new TraceIdRatioBasedSampler(
            double.Parse(configuration["OTEL_TRACES_SAMPLER_ARG"] ?? "1", NumberStyles.Float, CultureInfo.InvariantCulture)),
        "always_off" or "parentbased_always_off" => new AlwaysOffSampler(),
        _ => new AlwaysOnSampler(),
    };

    /// <summary>First in the pipeline: gives the server's span its route, status and error.</summary>
    public static void UseServerSpans(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(ServerSpans.Invoke);
    }
}
