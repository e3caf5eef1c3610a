using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>How it is known that a resource is well.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary>By a check registered in the builder's services under <paramref name="key"/>.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key) where T : IResource =>
        builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>By an HTTP/1.1 GET. An endpoint that speaks only HTTP/2 cannot answer it.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.GetEndpoint(endpointName ?? "http");
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{path ?? "/"}_{statusCode ?? 200}_check";
        var check = new HttpHealthCheckAnnotation(key, endpoint.EndpointName, path ?? "/", statusCode ?? 200);
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, services => check.Make(services, builder.Resource), failureStatus: null, tags: null));
        return builder.WithAnnotation(check);
    }
}
