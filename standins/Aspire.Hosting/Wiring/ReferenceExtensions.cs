using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Wiring;

namespace Aspire.Hosting;

/// <summary>How one resource learns where another is.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary><c>ConnectionStrings__name</c>, and each part of it as <c>NAME_PART</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null, bool optional = false) where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceAnnotation(source.Resource)).WithEnvironment(async context =>
        {
            var resource = source.Resource;
            var name = connectionName ?? resource.Name;
            if (context.ExecutionContext.IsPublishMode)
            {
                // Nothing has a value yet, and what will have one may be secret: the variable says whose value it is.
                context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = resource;
                AddParts(context, resource, name);
                return;
            }
            var value = await resource.GetConnectionStringAsync(context.CancellationToken);
            if (string.IsNullOrEmpty(value))
            {
                if (!optional)
                {
                    throw new DistributedApplicationException(
                        $"« {context.Resource.Name} » ne peut pas démarrer : la chaîne de connexion « {resource.Name} » manque.");
                }
                return;
            }
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = value;
            AddParts(context, resource, name);
        });

    private static void AddParts(EnvironmentCallbackContext context, IResourceWithConnectionString resource, string name)
    {
        foreach (var (part, expression) in resource.GetConnectionProperties())
        {
            var variable = ResourceNames.AsVariable(part);
            context.EnvironmentVariables[name.Length == 0 ? variable : $"{ResourceNames.AsVariable(name)}_{variable}"] = expression;
        }
    }

    /// <summary><c>services__name__key__i</c> and <c>NAME_ENDPOINT</c> for each endpoint of the source.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment => builder.WithReference(source, source.Resource.Name);

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceAnnotation(source.Resource)).WithEnvironment(context => ServiceDiscoveryVariables.Add(
            context, name, source.Resource.Annotations.OfType<EndpointAnnotation>().Select(e => new EndpointReference(source.Resource, e.Name))));

    /// <summary>The same for one endpoint only.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference) where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceAnnotation(endpointReference.Resource)).WithEnvironment(context => ServiceDiscoveryVariables.Add(
            context, endpointReference.Resource.Name, [endpointReference]));

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri) where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment($"services__{name}__default__0", uri.ToString())
            .WithEnvironment(ResourceNames.AsVariable(name), uri.ToString());
}
