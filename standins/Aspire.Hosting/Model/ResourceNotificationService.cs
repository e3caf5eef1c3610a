using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states of the resources: the one place where they change and where they are waited for.</summary>
public class ResourceNotificationService
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly Lock _lock = new();

    internal ResourceNotificationService()
    {
    }

    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(stateFactory);
        lock (_lock)
        {
            var before = _current.TryGetValue(resource.Name, out var old) ? old.Snapshot : Initial(resource);
            var @event = new ResourceEvent(resource, resource.Name, stateFactory(before));
            _current[resource.Name] = @event;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(@event);
            }
        }
        return Task.CompletedTask;
    }

    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent) =>
        _current.TryGetValue(resourceId, out resourceEvent);

    /// <summary>Every resource as it is, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_lock)
        {
            foreach (var @event in _current.Values)
            {
                channel.Writer.TryWrite(@event);
            }
            _watchers.Add(channel);
        }
        try
        {
            await foreach (var @event in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return @event;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var @event in WatchAsync(cancellationToken))
        {
            if (string.Equals(@event.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(@event))
            {
                return @event;
            }
        }
        throw new OperationCanceledException(cancellationToken);
    }

    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, e => e.Snapshot.State?.Text == (targetState ?? KnownResourceStates.Running), cancellationToken);

    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var wanted = targetStates.ToHashSet(StringComparer.Ordinal);
        var @event = await WaitForResourceAsync(resourceName, e => wanted.Contains(e.Snapshot.State?.Text ?? string.Empty), cancellationToken);
        return @event.Snapshot.State!.Text;
    }

    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, WaitBehavior.WaitOnResourceUnavailable, cancellationToken);

    /// <summary>Running, healthy, and its ready event heard.</summary>
    /// <exception cref="DistributedApplicationException">It ended, and <paramref name="waitBehavior"/> says to stop then.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(
        string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var stopOnEnd = waitBehavior == WaitBehavior.StopOnResourceUnavailable;
        var @event = await WaitForResourceAsync(
            resourceName,
            e => e.Snapshot.IsHealthyAndReady || (stopOnEnd && e.Snapshot.IsTerminal),
            cancellationToken);
        return @event.Snapshot.IsTerminal
            ? throw new DistributedApplicationException($"« {resourceName} » n'est pas disponible ({@event.Snapshot.State!.Text}).")
            : @event;
    }

    private static CustomResourceSnapshot Initial(IResource resource) => new()
    {
        ResourceType = resource.GetType().Name.Replace("Resource", string.Empty, StringComparison.Ordinal),
        State = KnownResourceStates.NotStarted,
        IsHidden = resource.Annotations.OfType<HiddenAnnotation>().Any(),
    };
}
