using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A connection string made of other values, or given from outside.</summary>
    public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
        : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
    {
        public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
    }

    /// <summary>Configuration <c>ConnectionStrings:name</c>.</summary>
    internal sealed class GivenConnectionString(string name, string? environmentVariableName, Func<string?> value)
        : Resource(name), IResourceWithConnectionString
    {
        public string? ConnectionStringEnvironmentVariable => environmentVariableName;
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{value()}");
        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(value());
    }
}

namespace Aspire.Hosting
{
    public static class ConnectionStringBuilderExtensions
    {
        public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
            this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
            builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
    }

    public static partial class ParameterResourceBuilderExtensions
    {
        /// <summary>A server that is not started here: configuration <c>ConnectionStrings:name</c>.</summary>
        public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
            this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
            builder.AddResource<IResourceWithConnectionString>(new GivenConnectionString(
                name, environmentVariableName, () => builder.Configuration.GetSection("ConnectionStrings")[name]));
    }
}
