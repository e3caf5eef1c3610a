using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Postgres;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static class PostgresBuilderExtensions
{
    /// <summary>A private server on loopback, its data under the data folder (in the original: a container).</summary>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var secret = password ?? builder.AddParameter(
            $"{name}-password", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
        var server = new PostgresServerResource(name, userName?.Resource, secret.Resource);
        return builder.AddResource(server)
            .WithEndpoint(port, scheme: "tcp", name: PostgresServerResource.EndpointName)
            .WithAnnotation(new ProcessAnnotation(context => LocalPostgres.PlanAsync(server, context)))
            .WithPostgresHealthCheck(name, server, "postgres")
            .OnResourceReady((_, _, cancellationToken) => PostgresSql.CreateDatabasesAsync(server, cancellationToken));
    }

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.DatabaseNames.Add(name, database.DatabaseName);
        return builder.ApplicationBuilder.AddResource(database).WithPostgresHealthCheck(name, builder.Resource, database.DatabaseName);
    }

    private static IResourceBuilder<T> WithPostgresHealthCheck<T>(
        this IResourceBuilder<T> builder, string name, PostgresServerResource server, string database) where T : IResource
    {
        var key = $"{name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, _ => new PostgresHealthCheck(server, database), failureStatus: null, tags: null));
        return builder.WithHealthCheck(key);
    }
}
