using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>How many processes a project has side by side.</summary>
internal sealed class ReplicaAnnotation(int replicas) : IResourceAnnotation
{
    public int Replicas { get; } = replicas;
}

/// <summary>One process of several of a project, named <c>NAME-8 letters</c>; the project itself stands for all of them.</summary>
internal sealed class ReplicaResource : ProjectResource
{
    private ReplicaResource(ProjectResource of, string suffix) : base($"{of.Name}-{suffix}")
    {
        Of = of;
        Suffix = suffix;
        ProjectPath = of.ProjectPath;
    }

    public ProjectResource Of { get; }

    public string Suffix { get; }

    public static ReplicaResource Another(ProjectResource of) => new(of, RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8));

    /// <summary>The name under which people know it.</summary>
    public static string NameFor(IResource resource) => resource is ReplicaResource replica ? replica.Of.Name : resource.Name;
}
