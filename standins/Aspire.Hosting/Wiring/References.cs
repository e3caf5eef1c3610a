using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Wiring;

/// <summary>Said by <c>WithReference</c>: the resource is told where the other is.</summary>
internal sealed class ReferenceAnnotation(IResource resource) : IResourceAnnotation
{
    public IResource Resource { get; } = resource;
}

/// <summary>Who uses whom: by reference, by waiting, or as a part of it.</summary>
internal static class References
{
    public static IEnumerable<IResource> UsedBy(IResource resource) =>
        resource.Annotations.OfType<ReferenceAnnotation>().Select(r => r.Resource).Concat(WaitGraph.WaitedForBy(resource)).Distinct();

    public static IEnumerable<IResource> UsersOf(IResource resource, DistributedApplicationModel model) =>
        model.Resources.Where(other => other is not ParameterResource && UsedBy(other).Contains(resource));
}
