using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Processes;

/// <summary>
/// A project with replicas becomes one resource per replica, each with ports of its own; the project has no process any
/// more and is well when all of them are, so that whoever waits for it waits for every one. The public ports are the first
/// replica's: there is no proxy here that would share connections out, and callers are told every address instead.
/// </summary>
internal static class Replicas
{
    public static IEnumerable<ReplicaResource> Of(IResource project, DistributedApplicationModel model) =>
        model.Resources.OfType<ReplicaResource>().Where(r => r.Of == project);

    public static void Expand(IResourceCollection resources, IServiceProvider services)
    {
        foreach (var project in resources.OfType<ProjectResource>().ToList())
        {
            var count = project.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
            if (count > 1)
            {
                var replicas = Enumerable.Range(0, count).Select(i => Make(project, isFirst: i == 0, services)).ToList();
                StandFor(project, replicas, services);
                var at = resources.IndexOf(project);
                replicas.ForEach(replica => resources.Insert(++at, replica));
            }
        }
    }

    /// <summary>Each start gives other names: what earlier replicas said is not kept for ever.</summary>
    public static void ForgetLogs(DistributedApplicationModel model, string dataFolder)
    {
        var logs = new DirectoryInfo(Path.Combine(dataFolder, "logs"));
        foreach (var project in model.Resources.OfType<ReplicaResource>().Select(r => r.Of).Distinct().Where(_ => logs.Exists))
        {
            var ours = new Regex($"^{Regex.Escape(project.Name)}-[a-z]{{8}}\\.log$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            var others = model.Resources.Select(r => $"{r.Name}.log").ToHashSet(StringComparer.Ordinal);
            foreach (var log in logs.EnumerateFiles($"{project.Name}-*.log").Where(f => ours.IsMatch(f.Name) && !others.Contains(f.Name)))
            {
                log.Delete();
            }
        }
    }

    private static ReplicaResource Make(ProjectResource project, bool isFirst, IServiceProvider services)
    {
        var replica = ReplicaResource.Another(project);
        foreach (var annotation in project.Annotations)
        {
            replica.Annotations.Add(annotation switch
            {
                EndpointAnnotation endpoint => Endpoint(project, endpoint, isFirst),
                HttpHealthCheckAnnotation check => Check(replica, check, services),
                _ => annotation,
            });
        }
        return replica;
    }

    private static EndpointAnnotation Endpoint(ProjectResource project, EndpointAnnotation endpoint, bool isFirst) =>
        endpoint.TargetPort is null && endpoint.IsProxied
            ? new(endpoint.Protocol, endpoint.UriScheme, endpoint.Transport, endpoint.Name, isFirst ? endpoint.Port : null, isExternal: endpoint.IsExternal)
            {
                TargetHost = endpoint.TargetHost, PortVariable = endpoint.PortVariable, KestrelKey = endpoint.KestrelKey,
            }
            : throw new DistributedApplicationException($"« {project.Name} » ({endpoint.Name}) : plusieurs répliques ne peuvent pas avoir un même port.");

    private static HttpHealthCheckAnnotation Check(ReplicaResource replica, HttpHealthCheckAnnotation check, IServiceProvider services)
    {
        var own = new HttpHealthCheckAnnotation(check.Key.Replace(replica.Of.Name, replica.Name, StringComparison.Ordinal), check.EndpointName, check.Path, check.StatusCode);
        Register(services, own.Key, provider => own.Make(provider, replica));
        return own;
    }

    private static void StandFor(ProjectResource project, List<ReplicaResource> replicas, IServiceProvider services)
    {
        foreach (var endpoint in project.Annotations.OfType<EndpointAnnotation>())
        {
            endpoint.Replicas = [.. replicas.Select(r => r.Annotations.OfType<EndpointAnnotation>().First(e => e.Name == endpoint.Name))];
        }
        foreach (var said in project.Annotations.Where(a => a is ProcessAnnotation or WaitAnnotation or HealthCheckAnnotation or ReplicaAnnotation).ToList())
        {
            project.Annotations.Remove(said);
        }
        foreach (var replica in replicas)
        {
            project.Annotations.Add(new WaitAnnotation(replica, WaitType.WaitUntilHealthy));
        }
        var key = $"{project.Name}_replicas_check";
        Register(services, key, provider => new AllReplicas(replicas, provider.GetRequiredService<ResourceNotificationService>()));
        project.Annotations.Add(new HealthCheckAnnotation(key));
    }

    private static void Register(IServiceProvider services, string key, Func<IServiceProvider, IHealthCheck> check) =>
        services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Add(new(key, check, failureStatus: null, tags: null));

    private sealed class AllReplicas(List<ReplicaResource> replicas, ResourceNotificationService notifications) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var unwell = replicas.Where(r => !notifications.TryGetCurrentState(r.Name, out var e) || !e.Snapshot.IsHealthyAndReady).Select(r => r.Name).ToList();
            var degraded = replicas.Where(r => notifications.TryGetCurrentState(r.Name, out var e) && e.Snapshot.HealthStatus == HealthStatus.Degraded).Select(r => r.Name).ToList();
            return Task.FromResult(
                unwell.Count > 0 ? HealthCheckResult.Unhealthy(Told(unwell))
                : degraded.Count > 0 ? HealthCheckResult.Degraded(Told(degraded))
                : HealthCheckResult.Healthy());
        }

        private string Told(List<string> names) => $"{replicas.Count - names.Count} sur {replicas.Count} : {string.Join(", ", names)}";
    }
}
