using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Intervision.AppHost;

/// <summary>
/// A service's database, seen by its owner (migrations) and by its own login <c>SERVICE_app</c>, which owns nothing
/// and is made by the migrations with the password generated here (DESIGN §7.22).
/// </summary>
internal sealed record Database(
    IResourceBuilder<IResourceWithConnectionString> Owner,
    IResourceBuilder<IResourceWithConnectionString> App,
    IResourceBuilder<ParameterResource> AppPassword)
{
    /// <summary>On the private server, or, without one, on the server that the settings name.</summary>
    public static Database Add(
        IDistributedApplicationBuilder builder, IResourceBuilder<PostgresServerResource>? postgres, Settings settings, string service)
    {
        var password = builder.AddParameter(
            $"{service}-app-password", new GenerateParameterDefault { MinLength = 24, Special = false }, secret: true, persist: true);
        return postgres is null ? External(builder, settings.ExternalPostgres!, service, password) : Private(builder, postgres, service, password);
    }

    private static Database Private(
        IDistributedApplicationBuilder builder, IResourceBuilder<PostgresServerResource> postgres, string service, IResourceBuilder<ParameterResource> password)
    {
        var server = postgres.Resource.PrimaryEndpoint;
        var app = ReferenceExpression.Create(
            $"Host={server.Property(EndpointProperty.Host)};Port={server.Property(EndpointProperty.Port)};Username={service}_app;Password={password};Database={service}");
        return new(postgres.AddDatabase($"{service}-database", service), builder.AddConnectionString($"{service}-app", app), password);
    }

    /// <summary>The given string with the database's name; for the service, with its own login too. The migrations make the database.</summary>
    private static Database External(
        IDistributedApplicationBuilder builder, string server, string service, IResourceBuilder<ParameterResource> password)
    {
        var owner = new NpgsqlConnectionStringBuilder(server) { Database = service };
        var app = new NpgsqlConnectionStringBuilder(owner.ConnectionString) { Username = $"{service}_app", Password = null };
        return new(
            builder.AddConnectionString($"{service}-database", ReferenceExpression.Create($"{owner.ConnectionString}")),
            builder.AddConnectionString($"{service}-app", ReferenceExpression.Create($"{app.ConnectionString};Password={password}")),
            password);
    }
}
