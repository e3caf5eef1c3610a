using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Production.Tests;

/// <summary>
/// The migrations as the operator's owner role runs them: it owns its database and may create roles, and is no superuser
/// (AppHost/Publish/Charts/servers), each extension a trusted one; and the services as their pods run them, on a file system that
/// cannot be written to (AppHost/Publish/Charts/suite).
/// </summary>
public sealed partial class OwnerRoleTests(OwnedDatabases databases) : IClassFixture<OwnedDatabases>
{
    [Theory]
    [InlineData("membership")]
    [InlineData("intake")]
    [InlineData("scheduling")]
    [InlineData("indemnisation")]
    public async Task A_service_is_migrated_and_runs_without_a_superuser_and_on_a_read_only_file_system(string service)
    {
        using var root = ReadOnlyRoot.IfPossible(out var whyNot);
        var (code, said) = await databases.Migrate(service, root);
        Assert.True(code == 0, said);
        // Every upgrade runs them again.
        (code, said) = await databases.Migrate(service, root);
        Assert.True(code == 0, said);
        await using var owner = new NpgsqlConnection(databases.Owner(service));
        Assert.Equal(
            (false, false, true),
            await owner.QuerySingleAsync<(bool, bool, bool)>("select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"));
        Assert.Empty(await owner.QueryAsync<string>(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_get_userbyid(relowner) <> current_user"));
        await LoginHasOnlyItsGrants(service, owner);

        var environment = databases.Environment(service);
        await using (var running = await ServiceProcess.Start(service, environment, root: root))
        {
            if (root is not null)
            {
                ReadOnlyRoot.MustHold(running.Id);
            }

            Assert.Equal(0, await running.Terminate());
            Assert.DoesNotMatch("(?i)permission denied|read-only", running.Said);
        }

        await EachErrandRunsToItsEnd(service, environment, root);
        Assert.SkipWhen(root is null, $"on a file system that can be written to: {whyNot}");
    }

    /// <summary>A command that the program does not know would start the service instead, and the job would never end.</summary>
    private static async Task EachErrandRunsToItsEnd(string service, Dictionary<string, string> environment, ReadOnlyRoot? root)
    {
        var broker = await TestBroker.Shared();
        var rabbitmq = await broker.NewVirtualHost();
        environment["ConnectionStrings__rabbitmq"] = rabbitmq;
        var rendered = await File.ReadAllTextAsync(Path.Combine(ServiceProcess.Root, "tests/AppHost.Tests/Publish/Approved/rendered/suite.yaml"));
        var errands = CronJob().Matches(rendered).Where(job => job.Groups["service"].Value == service).Select(job => JsonSerializer.Deserialize<string[]>(job.Groups["args"].Value)!).ToList();
        Assert.Contains(errands, e => e is ["redrive"]);
        foreach (var errand in errands)
        {
            // The one that reads a file: nothing is in it.
            var (code, said) = await ServiceProcess.Run(service, environment, root, [errand[0], .. errand.Length > 1 ? ["/dev/null"] : Array.Empty<string>()]);
            Assert.True(code == 0, $"{errand[0]}: {said}");
        }

        await broker.Drop(rabbitmq);
    }

    [GeneratedRegex(@"kind: CronJob\nmetadata:\n  name: (?<service>[a-z]+)-[a-z-]+\n(?:(?!^---)[\s\S])*?args: (?<args>\[.*\])", RegexOptions.Multiline, 1000)]
    private static partial Regex CronJob();

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

    /// <summary>Of a service, as its pods have it.</summary>
    public Dictionary<string, string> Environment(string service) => new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__database"] = App(service),
        ["Authentication__Authority"] = "https://id.invalid",
        ["Authentication__Audience"] = "intervision",
        ["Messaging__Enabled"] = "false",
        ["Intake__MasterKey"] = Convert.ToBase64String(new byte[32]),
        ["Intake__RegionalMailbox"] = "region@intervision.invalid",
        ["Video__BaseUrl"] = "https://visio.invalid",
        ["Indemnisation__PaymentFolder"] = ReadOnlyRoot.Payments,
    };

    /// <summary>The migration job: the service's own image with <c>migrate</c>.</summary>
    internal Task<(int Code, string Said)> Migrate(string service, ReadOnlyRoot? root = null) => ServiceProcess.Run(
        service,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__owner"] = Owner(service),
            ["Database__AppPassword"] = TestPostgres.AppPassword,
        },
        root,
        "migrate");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.DisposeAsync();
    }
}
