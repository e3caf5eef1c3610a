namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server.</summary>
public class PostgresServerResource : Resource, IResourceWithConnectionString, IResourceWithEndpoints, IResourceWithEnvironment, IResourceWithWaitSupport
{
    internal const string EndpointName = "tcp";

    internal PostgresServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
    {
        UserNameParameter = userName;
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, EndpointName);
    }

    public EndpointReference PrimaryEndpoint { get; }
    public ParameterResource? UserNameParameter { get; }
    public ParameterResource PasswordParameter { get; }

    public ReferenceExpression UserNameReference =>
        UserNameParameter is null ? ReferenceExpression.Create($"postgres") : ReferenceExpression.Create($"{UserNameParameter}");

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={PrimaryEndpoint.Property(EndpointProperty.Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={UserNameReference};Password={PasswordParameter}");

    /// <summary>Resource name → database name.</summary>
    public IReadOnlyDictionary<string, string> Databases => DatabaseNames;

    internal Dictionary<string, string> DatabaseNames { get; } = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}")),
        new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
        new("Username", UserNameReference),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
        new("Uri", Uri(null)),
        new("JdbcConnectionString", Jdbc(null)),
    ];

    internal ReferenceExpression Uri(string? database) => ReferenceExpression.Create(
        $"postgresql://{new Escaped(UserNameReference)}:{new Escaped(PasswordParameter)}@{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}{(database is null ? "" : "/" + database)}");

    internal ReferenceExpression Jdbc(string? database) => ReferenceExpression.Create(
        $"jdbc:postgresql://{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}/{database ?? ""}");
}

/// <summary>A database of a server, created when the server is ready.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString, IResourceWithWaitSupport
{
    internal PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource) : base(name)
    {
        DatabaseName = databaseName;
        Parent = postgresParentResource;
    }

    public string DatabaseName { get; }
    public PostgresServerResource Parent { get; }

    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"{Parent.ConnectionStringExpression};Database={DatabaseName}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        .. Parent.GetConnectionProperties().Where(p => p.Key is not ("Uri" or "JdbcConnectionString")),
        new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")),
        new("Uri", Parent.Uri(DatabaseName)),
        new("JdbcConnectionString", Parent.Jdbc(DatabaseName)),
    ];
}

/// <summary>A value as part of a URI.</summary>
internal sealed class Escaped(IValueProvider value) : IValueProvider, IManifestExpressionProvider
{
    public string ValueExpression => value is IManifestExpressionProvider named ? named.ValueExpression : string.Empty;

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        System.Uri.EscapeDataString(await value.GetValueAsync(cancellationToken) ?? string.Empty);
}
