using Dapper;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.ServiceDefaults.Tests;

public sealed class MigratorTests
{
    private static readonly System.Reflection.Assembly Migrations = typeof(MigratorTests).Assembly;

    [Fact]
    public async Task Two_at_once_on_a_database_that_does_not_exist_yet()
    {
        var postgres = await TestPostgres.Shared();
        var owner = postgres.Owner($"migrator_{Guid.CreateVersion7():N}");
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Migrator.Migrate(owner, "intake", Migrations, TestPostgres.AppPassword, null, CancellationToken.None)));
        await using var connection = new NpgsqlConnection(owner);
        Assert.Equal(
            ["service_defaults/0001_messaging", "service_defaults/0002_mail", "intake/0001_probe"],
            await connection.QueryAsync<string>("select origin || '/' || version from schema_migration order by apply_time"));
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_was_applied_is_refused()
    {
        var postgres = await TestPostgres.Shared();
        var owner = postgres.Owner(await postgres.NewDatabase("intake", Migrations));
        await using var connection = new NpgsqlConnection(owner);
        await connection.ExecuteAsync("update schema_migration set checksum = '\\x00' where version = '0001_probe'");
        var refused = await Assert.ThrowsAsync<MigrationException>(() => Migrator.Migrate(owner, "intake", Migrations, null, null, CancellationToken.None));
        Assert.Contains("intake/0001_probe", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_takes_the_time_it_takes()
    {
        var owner = (await TestPostgres.Shared()).Owner($"migrator_{Guid.CreateVersion7():N}") + ";Command Timeout=1";
        await Migrator.Migrate(owner, "intake", new Scripts(("0001_slow", "select pg_sleep(1.5)")), null, null, CancellationToken.None);
    }

    /// <summary>Two at once: the one that waits for its turn must not be what the other one's index waits for.</summary>
    [Fact]
    public async Task An_index_is_made_concurrently()
    {
        var owner = (await TestPostgres.Shared()).Owner($"migrator_{Guid.CreateVersion7():N}");
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Migrator.Migrate(owner, "intake", Indexed, null, null, CancellationToken.None)));
        await using var connection = new NpgsqlConnection(owner);
        Assert.Equal(("valid", true), await Index(connection));

        // Killed before it was written down.
        await connection.ExecuteAsync("delete from schema_migration where version = '0002_index'");
        await Migrator.Migrate(owner, "intake", Indexed, null, null, CancellationToken.None);
        Assert.Equal(("valid", true), await Index(connection));
    }

    [Fact]
    public async Task An_index_that_ended_half_way_is_made_when_it_is_run_again()
    {
        var owner = (await TestPostgres.Shared()).Owner($"migrator_{Guid.CreateVersion7():N}");
        await Migrator.Migrate(owner, "intake", new Scripts(Table), null, null, CancellationToken.None);
        await using var connection = new NpgsqlConnection(owner);
        await connection.ExecuteAsync("insert into named values ('twice'), ('twice')");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Migrator.Migrate(owner, "intake", Indexed, null, null, CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
        Assert.Equal(("invalid", false), await Index(connection));

        await connection.ExecuteAsync("delete from named");
        await Migrator.Migrate(owner, "intake", Indexed, null, null, CancellationToken.None);
        Assert.Equal(("valid", true), await Index(connection));
    }

    [Fact]
    public async Task The_services_login_writes_but_never_rewrites_what_is_append_only()
    {
        var postgres = await TestPostgres.Shared();
        await using var app = new NpgsqlConnection(postgres.App("intake", await postgres.NewDatabase("intake", Migrations)));
        await app.ExecuteAsync("insert into probe values (1); update probe set state = 2; delete from probe; insert into probe_log values (1)");
        Assert.Equal(1, await app.ExecuteScalarAsync<int>("select count(*) from probe_log"));
        foreach (var sql in new[] { "update probe_log set id = 2", "delete from probe_log", "truncate probe", "create table mine (id int)", "update schema_migration set version = ''" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => app.ExecuteAsync(sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public async Task The_services_login_reaches_no_other_services_database()
    {
        var postgres = await TestPostgres.Shared();
        await postgres.NewDatabase("scheduling", Migrations);
        await using var foreign = new NpgsqlConnection(postgres.App("scheduling", await postgres.NewDatabase("intake", Migrations)));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => foreign.OpenAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Old_months_of_published_events_are_dropped_and_months_to_come_are_there()
    {
        var postgres = await TestPostgres.Shared();
        var database = await postgres.NewDatabase("intake", Migrations);
        await using var owner = new NpgsqlConnection(postgres.Owner(database));
        await owner.ExecuteAsync("create table published_event_2020_01 partition of published_event for values from ('2020-01-01') to ('2020-02-01')");
        await using var app = new NpgsqlConnection(postgres.App("intake", database));
        Assert.Equal(1, await app.ExecuteScalarAsync<int>("select published_event_drop(12)"));
        await app.ExecuteAsync("select published_event_prepare(5)");
        Assert.Equal(6, await owner.ExecuteScalarAsync<int>("select count(*) from pg_inherits where inhparent = 'published_event'::regclass"));
    }

    private static readonly (string, string) Table = ("0001_table", "create table named (name text)");

    private static readonly Scripts Indexed =
        new(Table, ("0002_index", "-- no transaction\ncreate unique index concurrently if not exists named_once on named (name);\n"));

    private static async Task<(string State, bool Recorded)> Index(NpgsqlConnection connection) =>
        await connection.QuerySingleAsync<(string, bool)>(
            """
            select case when indisvalid then 'valid' else 'invalid' end, exists (select from schema_migration where version = '0002_index')
            from pg_index where indexrelid = 'named_once'::regclass
            """);

    /// <summary>A service's migrations, written here.</summary>
    private sealed class Scripts(params (string Version, string Sql)[] scripts) : System.Reflection.Assembly
    {
        public override string[] GetManifestResourceNames() => [.. scripts.Select(s => $"Migrations/{s.Version}.sql")];

        public override Stream GetManifestResourceStream(string name) =>
            new MemoryStream(System.Text.Encoding.UTF8.GetBytes(scripts.Single(s => $"Migrations/{s.Version}.sql" == name).Sql));
    }
}
