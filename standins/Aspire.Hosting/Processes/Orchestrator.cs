using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Ports;
using Aspire.Hosting.Wiring;
using Intervision.Dashboard;
using Intervision.Dashboard.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Processes;

/// <summary>Starts every resource when what it waits for is there, and stops them in the opposite order.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model, IDistributedApplicationEventing eventing, Launcher launcher, PortReservations reservations,
    IServiceProvider services, DashboardSwitch dashboard, IHostApplicationLifetime lifetime, ILoggerFactory loggers)
{
    private readonly Dictionary<IResource, ResourceRunner> _runners = [];
    private readonly Lock _lock = new();
    private DashboardTelemetry? _telemetry;
    private DashboardHost? _page;
    private Task? _stopped;

    /// <summary>Why the system stopped by itself.</summary>
    public string? Failure { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        WaitGraph.RefuseCycles(model);
        services.GetRequiredService<ResourceLoggerService>().Bound(ConsoleLimits.Of(services.GetRequiredService<IDistributedApplicationBuilder>().Configuration));
        Replicas.Expand(services.GetRequiredService<IDistributedApplicationBuilder>().Resources, services);
        var page = dashboard.Enabled ? DashboardOfHost.Address(services) : null;
        await PortAllocation.AllocateAsync(model, page, cancellationToken);
        await reservations.HoldAsync(ServerPorts(), cancellationToken);
        await launcher.OpenAsync();
        Replicas.ForgetLogs(model, launcher.Data.Path);
        if (page is not null)
        {
            // Before any resource's environment is made: it tells where telemetry goes.
            _telemetry = await DashboardOfHost.ReceiveAsync(launcher.Data.Path, services, cancellationToken);
            _page = await DashboardOfHost.StartAsync(page, _telemetry.Store, services, cancellationToken);
        }

        foreach (var resource in model.Resources)
        {
            _runners.Add(resource, ActivatorUtilities.CreateInstance<ResourceRunner>(services, resource, loggers.CreateLogger("AppHost")));
            await eventing.PublishAsync(new InitializeResourceEvent(resource, services), cancellationToken);
        }
        foreach (var resource in model.Resources.Where(r => r is IResourceWithEndpoints))
        {
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
        }
        foreach (var runner in _runners.Values)
        {
            runner.Start();
        }
    }

    /// <summary><c>start</c>, <c>stop</c> or <c>restart</c>; whoever depends on the resource reads of it on its own console.</summary>
    /// <returns>Null when done, else why not.</returns>
    public async Task<string?> CommandAsync(string name, string command)
    {
        var runner = _runners.FirstOrDefault(r => string.Equals(r.Key.Name, name, StringComparison.OrdinalIgnoreCase));
        if (runner.Key is { } project && Replicas.Of(project, model).ToList() is { Count: > 0 } replicas)
        {
            var refusals = await Task.WhenAll(replicas.Select(r => CommandAsync(r.Name, command)));
            return refusals.FirstOrDefault(r => r is not null);
        }
        if (runner.Key is not { } resource || !resource.Annotations.OfType<ProcessAnnotation>().Any())
        {
            return $"« {name} » n'est pas une ressource que l'on démarre ou arrête.";
        }
        var (stop, start, done) = command switch
        {
            "start" => (false, true, "démarré"),
            "stop" => (true, false, "arrêté"),
            "restart" => (true, true, "redémarré"),
            _ => (false, false, string.Empty),
        };
        if (done.Length == 0)
        {
            return $"« {command} » : commande inconnue.";
        }
        foreach (var told in References.UsersOf(resource, model).Append(resource))
        {
            launcher.Write(told, $"[apphost] {resource.Name} est {done} à la demande");
        }
        await runner.Value.CommandAsync(stop, start);
        return null;
    }

    private IEnumerable<int> ServerPorts() =>
        from resource in model.Resources
        where resource is PostgresServerResource or RabbitMQServerResource
        from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
        select endpoint.AllocatedEndpoint!.Port;

    /// <summary>The first failure is the one told.</summary>
    public void Fail(string message)
    {
        lock (_lock)
        {
            Failure ??= message;
        }
        lifetime.StopApplication();
    }

    /// <summary>Whoever waits for a resource is stopped before it.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            return _stopped ??= StopAllAsync();
        }
    }

    private async Task StopAllAsync()
    {
        var stops = new Dictionary<IResource, Task>();
        await Task.WhenAll(_runners.Keys.Select(StopOnce).ToList());
        if (_page is not null)
        {
            await _page.DisposeAsync();
        }
        if (_telemetry is not null)
        {
            await _telemetry.DisposeAsync();
        }
        await launcher.DisposeAsync();
        reservations.Dispose();

        Task StopOnce(IResource resource)
        {
            if (!stops.TryGetValue(resource, out var stop))
            {
                var waiters = WaitGraph.WaitersOf(resource, model).Where(_runners.ContainsKey).Select(StopOnce).ToList();
                stops[resource] = stop = AfterAsync(waiters, _runners[resource]);
            }
            return stop;
        }

        static async Task AfterAsync(List<Task> waiters, ResourceRunner runner)
        {
            await Task.WhenAll(waiters);
            await runner.StopAsync();
            runner.Dispose();
        }
    }
}
