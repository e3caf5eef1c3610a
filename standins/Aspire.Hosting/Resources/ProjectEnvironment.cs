using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using System.Security.Cryptography;

namespace Aspire.Hosting.Resources;

/// <summary>The variables that every project gets without asking. What the app host's code says comes later and wins.</summary>
internal static class ProjectEnvironment
{
    public static void Add(
        EnvironmentCallbackContext context, IHostEnvironment host, IConfiguration configuration, LaunchProfile? profile)
    {
        var environment = context.EnvironmentVariables;
        if (context.ExecutionContext.IsPublishMode)
        {
            AddPublished(context);
            return;
        }
        AddTelemetry(environment, context.Resource, host.IsDevelopment(), configuration);
        environment["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        environment["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        if (profile is not null)
        {
            environment["DOTNET_LAUNCH_PROFILE"] = profile.Name;
            foreach (var (name, value) in profile.Variables)
            {
                environment[name] = value;
            }
        }
        AddAddresses(environment, [.. context.Resource.Annotations.OfType<EndpointAnnotation>()]);
    }

    /// <summary>Elsewhere than on this machine a process listens to everyone, on its own port, behind a proxy.</summary>
    private static void AddPublished(EnvironmentCallbackContext context)
    {
        var environment = context.EnvironmentVariables;
        environment["OTEL_SERVICE_NAME"] = context.Resource.Name;
        environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        foreach (var endpoint in context.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.KestrelKey is not null))
        {
            environment[$"Kestrel__Endpoints__{endpoint.KestrelKey}__Url"] = $"{endpoint.UriScheme}://*:{endpoint.TargetPort ?? endpoint.Port}";
        }
    }

    private static void AddTelemetry(Dictionary<string, object> environment, IResource resource, bool development, IConfiguration configuration)
    {
        // Nothing receives telemetry until a dashboard says where: exporting to a closed port would only cost. Who names a
        // receiver in the app host's own environment means that one: processes inherit it.
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is null or "" && configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] is { Length: > 0 } endpoint)
        {
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            if (configuration["AppHost:OtlpApiKey"] is { Length: > 0 } key)
            {
                environment["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
            }
        }
        environment["OTEL_SERVICE_NAME"] = ReplicaResource.NameFor(resource);
        var instance = (resource as ReplicaResource)?.Suffix ?? RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8);
        environment["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance}";
        environment["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        if (development)
        {
            foreach (var interval in (string[])["OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"])
            {
                environment[interval] = "1000";
            }
            if (configuration["OTEL_TRACES_SAMPLER"] is null or "")
            {
                environment["OTEL_TRACES_SAMPLER"] = "always_on";
            }
            environment["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
            environment["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true";
            environment["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
            environment["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
        }
    }

    private static void AddAddresses(Dictionary<string, object> environment, List<EndpointAnnotation> endpoints)
    {
        var urls = new List<string>();
        foreach (var endpoint in endpoints)
        {
            var url = endpoint.AllocatedEndpoint!.UriString;
            if (endpoint.KestrelKey is { } key)
            {
                environment[$"Kestrel__Endpoints__{key}__Url"] = url;
            }
            else if (endpoint.PortVariable is { } variable)
            {
                environment[variable] = $"{endpoint.AllocatedEndpoint.Port}";
            }
            else if (endpoint.UriScheme is "http" or "https")
            {
                urls.Add(url);
            }
        }
        if (urls.Count > 0 && !endpoints.Exists(e => e.KestrelKey is not null))
        {
            environment["ASPNETCORE_URLS"] = string.Join(';', urls);
        }
    }
}
