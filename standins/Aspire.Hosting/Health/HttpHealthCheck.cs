using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>HTTP/1.1 GET of a path of an endpoint: healthy when it answers with the expected status.</summary>
internal sealed class HttpHealthCheck(IHttpClientFactory clients, EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var client = clients.CreateClient("health");
            client.Timeout = TimeSpan.FromSeconds(10);
            using var response = await client.GetAsync(new Uri(new Uri(endpoint.Url), path), cancellationToken);
            return (int)response.StatusCode == statusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{path} : {(int)response.StatusCode} au lieu de {statusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}

/// <summary>What is asked of which endpoint, so that it can be asked of every replica.</summary>
internal sealed class HttpHealthCheckAnnotation(string key, string endpointName, string path, int statusCode) : HealthCheckAnnotation(key)
{
    public string EndpointName { get; } = endpointName;
    public string Path { get; } = path;
    public int StatusCode { get; } = statusCode;

    public HttpHealthCheck Make(IServiceProvider services, IResourceWithEndpoints of) =>
        new(services.GetRequiredService<IHttpClientFactory>(), new EndpointReference(of, EndpointName), Path, StatusCode);
}
