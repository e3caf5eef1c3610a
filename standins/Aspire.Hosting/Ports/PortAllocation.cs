using System.Collections.Concurrent;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Ports;

/// <summary>
/// Gives every endpoint its port, before anything starts. There is no proxy before a process here: the public
/// port is the one it listens on. Ports that are not fixed come from 10000–32767, below those that the system
/// gives to outgoing connections.
/// </summary>
internal static class PortAllocation
{
    /// <summary>Given or asked for by this process, bound already or not yet.</summary>
    private static readonly ConcurrentDictionary<int, bool> _spokenFor = new();

    /// <exception cref="DistributedApplicationException">A fixed port is taken: by what, and which one.</exception>
    public static async Task AllocateAsync(DistributedApplicationModel model, Uri? page, CancellationToken cancellationToken)
    {
        var wanted = new List<(int Port, string For)>();
        if (page is not null)
        {
            wanted.Add((page.Port, "la page de l'hôte d'applications"));
        }
        var endpoints = model.Resources
            .SelectMany(r => r.Annotations.OfType<EndpointAnnotation>(), (resource, endpoint) => (Resource: resource, Endpoint: endpoint))
            .Where(e => e.Endpoint.Replicas.Count == 0).ToList();
        foreach (var (resource, endpoint) in endpoints.Where(e => e.Endpoint.Port is not null))
        {
            wanted.Add((endpoint.Port!.Value, $"{ReplicaResource.NameFor(resource)} ({endpoint.Name})"));
        }
        foreach (var (port, _) in wanted)
        {
            _spokenFor.TryAdd(port, true);
        }
        foreach (var (_, endpoint) in endpoints)
        {
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, endpoint.TargetHost, endpoint.Port ?? endpoint.TargetPort ?? Free());
        }
        foreach (var shared in model.Resources.SelectMany(r => r.Annotations.OfType<EndpointAnnotation>()).Where(e => e.Replicas.Count > 0))
        {
            shared.AllocatedEndpoint = new AllocatedEndpoint(shared, shared.TargetHost, shared.Replicas[0].AllocatedEndpoint!.Port);
        }
        RefuseTwice(wanted);
        await RefuseTakenAsync(wanted, cancellationToken);
    }

    /// <summary>A free port outside the range of outgoing connections, never the same twice.</summary>
    public static int Free()
    {
        for (; ; )
        {
            var port = RandomNumberGenerator.GetInt32(10_000, 32_768);
            if (!Listeners.IsTaken(port) && _spokenFor.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    private static void RefuseTwice(List<(int Port, string For)> wanted)
    {
        if (wanted.GroupBy(w => w.Port).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new DistributedApplicationException($"Le port {twice.Key} est demandé deux fois : {string.Join(" et ", twice.Select(t => t.For))}.");
        }
    }

    private static async Task RefuseTakenAsync(List<(int Port, string For)> wanted, CancellationToken cancellationToken)
    {
        // An app host killed a moment ago may still have its servers on the way out: give them the time its watchdog gives.
        for (var tries = 0; ; tries++)
        {
            var taken = wanted.Where(w => Listeners.IsTaken(w.Port)).ToList();
            if (taken.Count == 0)
            {
                return;
            }
            var holders = taken.Select(t => (t.Port, t.For, Holder: Listeners.HolderOf(t.Port))).ToList();
            if (tries >= 50 || (tries >= 5 && !holders.Exists(h => h.Holder?.IsLeftOver == true)))
            {
                throw new DistributedApplicationException(string.Join('\n', holders.Select(h =>
                    $"Le port {h.Port}, demandé pour {h.For}, est déjà pris par {h.Holder?.ToString() ?? "un processus d'un autre utilisateur"} : arrêtez-le, ou choisissez un autre port.")));
            }
            await Task.Delay(TimeSpan.FromSeconds(0.1), cancellationToken);
        }
    }
}
