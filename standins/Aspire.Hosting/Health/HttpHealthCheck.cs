using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>
/// HTTP/1.1 GET of a path of an endpoint: healthy when it answers with the expected status, degraded when it says so then, as
/// ASP.NET's health checks do. What it says in plain text is the check's message; the original looks at the status alone.
/// </summary>
internal sealed class HttpHealthCheck(IHttpClientFactory clients, EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    private const int MostCharacters = 1000;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var client = clients.CreateClient("health");
            client.Timeout = TimeSpan.FromSeconds(10);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(client.Timeout);
            using var response = await client.GetAsync(new Uri(new Uri(endpoint.Url), path), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var (status, reasons) = await SaidAsync(response, limit.Token);
            return (int)response.StatusCode != statusCode
                ? HealthCheckResult.Unhealthy($"{path} : {(int)response.StatusCode} au lieu de {statusCode}{(reasons.Length == 0 ? "" : $" — {reasons}")}")
                : status == nameof(HealthStatus.Degraded) ? HealthCheckResult.Degraded(reasons) : HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }

    /// <summary>The word that ASP.NET puts first, when it is one of its own, and the rest in one line; of anything but plain text, nothing.</summary>
    private static async Task<(string Status, string Reasons)> SaidAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/plain")
        {
            return (string.Empty, string.Empty);
        }
        var text = new char[MostCharacters];
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var length = await reader.ReadBlockAsync(text, cancellationToken);
        var lines = new string(text, 0, length).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var status = lines.FirstOrDefault(line => Enum.GetNames<HealthStatus>().Contains(line)) ?? string.Empty;
        return (status, string.Join(" ; ", lines.Where(line => line != status)));
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
