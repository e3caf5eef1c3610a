using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Processes;

/// <summary>What a resource waits for before it starts.</summary>
internal static class Waiting
{
    /// <exception cref="DistributedApplicationException">It will never come.</exception>
    public static async Task ForDependenciesAsync(
        IResource resource, WaitBehavior otherwise, ResourceNotificationService notifications, ResourceLoggerService logs, CancellationToken cancellationToken)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().ToList();
        if (resource is IResourceWithParent child)
        {
            waits.Add(new WaitAnnotation(child.Parent, WaitType.WaitUntilHealthy));
        }
        if (waits.Count == 0)
        {
            return;
        }
        await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Waiting });
        var pending = waits.Select(WaitAsync).ToList();
        while (pending.Count > 0)
        {
            var first = await Task.WhenAny(pending);
            await first;
            pending.Remove(first);
        }

        async Task WaitAsync(WaitAnnotation wait)
        {
            var stopOnEnd = (wait.WaitBehavior ?? otherwise) == WaitBehavior.StopOnResourceUnavailable;
            var came = await notifications.WaitForResourceAsync(wait.Resource.Name, e => wait.WaitType switch
            {
                WaitType.WaitForCompletion => e.Snapshot.IsTerminal,
                WaitType.WaitUntilStarted => e.Snapshot.State?.Text == KnownResourceStates.Running || (stopOnEnd && e.Snapshot.IsTerminal),
                _ => e.Snapshot.IsHealthyAndReady || (stopOnEnd && e.Snapshot.IsTerminal),
            }, cancellationToken);
            RefuseWrongEnd(wait, came.Snapshot);
        }

        void RefuseWrongEnd(WaitAnnotation wait, CustomResourceSnapshot end)
        {
            if (!end.IsTerminal || (wait.WaitType == WaitType.WaitForCompletion && end.ExitCode == wait.ExitCode))
            {
                return;
            }
            var words = end.Failure ?? logs.LastWords(wait.Resource.Name);
            throw new DistributedApplicationException(
                $"« {resource.Name} » ne démarre pas : « {wait.Resource.Name} » s'est terminé"
                + (end.ExitCode is { } code ? $" avec le code {code}." : $" ({end.State!.Text}).")
                + (words is null ? string.Empty : $" Dernier message : {words}"));
        }
    }
}
