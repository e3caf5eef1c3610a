using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Health;

/// <summary>
/// Runs the health checks of a running resource: every 30 s while healthy; 1 s × failures, at most 5 s, while not.
/// Until it is first healthy every 0.2 s, where the original already slows down: others wait for it.
/// </summary>
internal sealed class HealthMonitor(
    HealthCheckService checks, ResourceNotificationService notifications, IDistributedApplicationEventing eventing,
    IServiceProvider services, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("AppHost");

    /// <summary>Before any check has run.</summary>
    public static ImmutableArray<HealthReportSnapshot> Unknown(IResource resource) =>
        [.. Keys(resource).Select(key => new HealthReportSnapshot(key, null, null, null))];

    /// <summary>Until cancelled; true when the resource was healthy at least once.</summary>
    public async Task<bool> WatchAsync(IResource resource, CancellationToken cancellationToken)
    {
        var ready = false;
        var failures = 0;
        try
        {
            while (true)
            {
                var reports = await CheckAsync(resource, cancellationToken);
                var healthy = reports.All(r => r.Status == HealthStatus.Healthy);
                failures = healthy ? 0 : failures + 1;
                await PublishAsync(resource, reports);
                ready = ready || (reports.All(r => r.IsWellEnough) && await SayReadyAsync(resource, cancellationToken));
                await Task.Delay(Pause(ready, failures), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            return ready;
        }
    }

    private static TimeSpan Pause(bool ready, int failures) => (ready, failures) switch
    {
        (false, _) => TimeSpan.FromSeconds(0.2),
        (true, 0) => TimeSpan.FromSeconds(30),
        _ => TimeSpan.FromSeconds(Math.Min(failures, 5)),
    };

    private static List<string> Keys(IResource resource) => [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => h.Key)];

    private async Task<ImmutableArray<HealthReportSnapshot>> CheckAsync(IResource resource, CancellationToken cancellationToken)
    {
        var keys = Keys(resource);
        if (keys.Count == 0)
        {
            return [];
        }
        var report = await checks.CheckHealthAsync(registration => keys.Contains(registration.Name), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return [.. keys.Select(key => report.Entries.TryGetValue(key, out var entry)
            ? new HealthReportSnapshot(key, entry.Status, entry.Description, entry.Exception?.Message)
            : new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No health check is registered as '{key}'.", null))];
    }

    private async Task PublishAsync(IResource resource, ImmutableArray<HealthReportSnapshot> reports)
    {
        if (notifications.TryGetCurrentState(resource.Name, out var current) && !current.Snapshot.HealthReports.SequenceEqual(reports))
        {
            await notifications.PublishUpdateAsync(resource, s => s with { HealthReports = reports });
        }
    }

    private async Task<bool> SayReadyAsync(IResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _logger.LogWarning("{Resource} n'est pas encore utilisable : {Reason}", resource.Name, e.Message);
            return false;
        }
        await notifications.PublishUpdateAsync(resource, s => s with { IsReady = true, WasEverReady = true });
        if (resource.Annotations.OfType<EndpointAnnotation>().Any() && !resource.Annotations.OfType<HiddenAnnotation>().Any())
        {
            _logger.LogInformation("{Resource} fonctionne", resource.Name);
        }
        return true;
    }
}
