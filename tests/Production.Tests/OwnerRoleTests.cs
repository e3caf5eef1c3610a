using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>
/// The migrations as the operator's owner role runs them: it owns its database and may create roles, and is no superuser
/// (AppHost/Publish/Charts/servers). Each extension is a trusted one.
/// </summary>
public sealed class OwnerRoleTests(OwnedDatabases databases) : IClassFixture<OwnedDatabases>
{
    [Theory]
    [InlineData("membership")]
    [InlineData("intake")]
    [InlineData("scheduling")]
    [InlineData("indemnisation")]
    public async Task A_service_is_migrated_and_runs_without_a_superuser(string service)
    {
        var (code, said) = await databases.Migrate(service);
        Assert.True(code == 0, said);
        // Every upgrade runs them again.
        (code, said) = await databases.Migrate(service);
        Assert.True(code == 0, said);
        await using var owner = new NpgsqlConnection(databases.Owner(service));
        Assert.Equal(
            (false, false, true),
            await owner.QuerySingleAsync<(bool, bool, bool)>("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"));
        Assert.Empty(await owner.QueryAsync<string>(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_get_userbyid(relowner) <> current_user"));
        await LoginHasOnlyItsGrants(service, owner);

        await using var running = await ServiceProcess.Start(service, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__database"] = databases.App(service),
            ["Authentication__Authority"] = "https://id.invalid",
            ["Authentication__Audience"] = "intervision",
            ["Messaging__Enabled"] = "false",
            ["Intake__MasterKey"] = Convert.ToBase64String(new byte[32]),
            ["Intake__RegionalMailbox"] = "region@intervision.invalid",
            ["Video__BaseUrl"] = "https://visio.invalid",
            ["Indemnisation__PaymentFolder"] = databases.Folder,
        });
        await running.Terminate();
        Assert.DoesNotContain("permission denied", running.Said, StringComparison.OrdinalIgnoreCase);
    }

    private async Task LoginHasOnlyItsGrants(string service, NpgsqlConnection owner)
    {
        var login = $"{service}_app";
        // Every table, and exactly: what is append-only is inserted and read, the migrations' own table is not seen.
        var grants = await owner.QueryAsync<(string Table, string? Comment, string? Rights)>(
            """
            select c.relname, obj_description(c.oid, 'pg_class'),
              (select string_agg(lower(a.privilege_type), ', ' order by a.privilege_type) from aclexplode(c.relacl) a where a.grantee = @login::regrole)
            from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
            """,
            new { login });
        Assert.NotEmpty(grants);
        Assert.All(grants, grant => Assert.Equal(
            (grant.Table, grant.Table == "schema_migration" ? null : grant.Comment?.StartsWith("append-only", StringComparison.Ordinal) == true ? "insert, select" : "delete, insert, select, update"),
            (grant.Table, grant.Rights)));
        Assert.Empty(await owner.QueryAsync<string>("select relname from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'public'::regnamespace and a.grantee = 0"));
        Assert.Equal(
            (false, false, false, false),
            await owner.QuerySingleAsync<(bool, bool, bool, bool)>(
                "select rolsuper, rolcreatedb, rolcreaterole, exists (select from pg_auth_members where member = oid) from pg_roles where rolname = @login", new { login }));

        await using var app = new NpgsqlConnection(databases.App(service));
        foreach (var sql in (string[])["create table mine (id int)", "create schema mine", "create role mine", "select * from schema_migration", "truncate outbox", "alter table outbox add column mine int", $"set role {service}_owner"])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => app.ExecuteAsync(sql));
            Assert.Equal((sql, PostgresErrorCodes.InsufficientPrivilege), (sql, refused.SqlState));
        }

        foreach (var other in OwnedDatabases.Services.Where(s => s != service))
        {
            await using var foreign = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(databases.App(service)) { Database = other }.ConnectionString);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => foreign.OpenAsync());
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }
}

/// <summary>A cluster as the chart <c>servers</c> has it made: an owner and a database per service.</summary>
public sealed class OwnedDatabases : IAsyncLifetime
{
    public static readonly string[] Services = ["membership", "intake", "scheduling", "indemnisation"];

    private TestPostgres postgres = null!;

    public string Folder { get; } = Directory.CreateTempSubdirectory("intervision-owner-").FullName;

    public string Owner(string service) => new NpgsqlConnectionStringBuilder(postgres.Owner(service)) { Username = $"{service}_owner", Pooling = false }.ConnectionString;

    public string App(string service) => new NpgsqlConnectionStringBuilder(postgres.App(service, service)) { Pooling = false }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        postgres = await TestPostgres.StartNew();
        await using var superuser = new NpgsqlConnection(postgres.Owner("postgres"));
        foreach (var service in Services)
        {
            await superuser.ExecuteAsync($"create role {service}_owner login createrole");
            await superuser.ExecuteAsync($"create database {service} owner {service}_owner");
            // Before its own migration each database would let any login in.
            await superuser.ExecuteAsync($"revoke connect on database {service} from public");
        }
    }

    /// <summary>The migration job: the service's own image with <c>migrate</c>.</summary>
    public Task<(int Code, string Said)> Migrate(string service) => ServiceProcess.Run(
        service,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__owner"] = Owner(service),
            ["Database__AppPassword"] = TestPostgres.AppPassword,
        },
        "migrate");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
