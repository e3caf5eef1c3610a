using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Processes;

/// <summary>Who waits for whom.</summary>
internal static class WaitGraph
{
    /// <summary>What the resource waits for: what it says, and the server it is a part of.</summary>
    public static IEnumerable<IResource> WaitedForBy(IResource resource)
    {
        var said = resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource);
        return resource is IResourceWithParent child ? said.Append(child.Parent) : said;
    }

    public static IEnumerable<IResource> WaitersOf(IResource resource, DistributedApplicationModel model) =>
        model.Resources.Where(other => WaitedForBy(other).Contains(resource));

    public static bool RunsToCompletion(IResource resource, DistributedApplicationModel model) =>
        model.Resources.SelectMany(r => r.Annotations.OfType<WaitAnnotation>())
            .Any(w => w.Resource == resource && w.WaitType == WaitType.WaitForCompletion);

    public static void RefuseCycles(DistributedApplicationModel model)
    {
        var done = new HashSet<IResource>();
        foreach (var resource in model.Resources)
        {
            Visit(resource, []);
        }

        void Visit(IResource resource, List<IResource> path)
        {
            if (path.Contains(resource))
            {
                var cycle = string.Join(" → ", path.SkipWhile(r => r != resource).Append(resource).Select(r => r.Name));
                throw new DistributedApplicationException($"Ces ressources s'attendent en rond : {cycle}.");
            }
            if (done.Contains(resource))
            {
                return;
            }
            foreach (var waited in WaitedForBy(resource))
            {
                Visit(waited, [.. path, resource]);
            }
            done.Add(resource);
        }
    }
}
