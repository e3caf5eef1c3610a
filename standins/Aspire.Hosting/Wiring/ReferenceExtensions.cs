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
            foreach (var (part, expression) in resource.GetConnectionProperties())
            {
                var variable = ResourceNames.AsVariable(part);
                context.EnvironmentVariables[name.Length == 0 ? variable : $"{ResourceNames.AsVariable(name)}_{variable}"] = expression;
            }
        });

    /// <summary><c>services__name__key__i</c> and <c>NAME_ENDPOINT</c> for each endpoint of the source.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment => builder.WithReference(source, source.Resource.Name);

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceAnnotation(source.Resource)).WithEnvironment(context => ServiceDiscoveryVariables.Add(
            context.EnvironmentVariables, name, source.Resource.Annotations.OfType<EndpointAnnotation>()));

    /// <summary>The same for one endpoint only.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference) where TDestination : IResourceWithEnvironment =>
        builder.WithAnnotation(new ReferenceAnnotation(endpointReference.Resource)).WithEnvironment(context => ServiceDiscoveryVariables.Add(
            context.EnvironmentVariables, endpointReference.Resource.Name, [endpointReference.Annotation]));

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri) where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment($"services__{name}__default__0", uri.ToString())
            .WithEnvironment(ResourceNames.AsVariable(name), uri.ToString());
}
