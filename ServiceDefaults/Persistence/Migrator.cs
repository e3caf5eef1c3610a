using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// Forward-only SQL migrations (embedded <c>Migrations/NNNN_name.sql</c>): ServiceDefaults' own first, then the
/// service's. Each is applied once, in one transaction, with its checksum; two migrators at once wait for each other.
/// A script whose first line is <c>-- no transaction</c> is one statement that PostgreSQL allows outside of one only
/// (<c>create index concurrently if not exists</c>), and may be run again when it ended half-way (ADR 58).
/// Runs as the owner, and gives the <c>{service}_app</c> login exactly what it needs (DESIGN §7.22): a table whose
/// comment begins with "append-only" can be read and inserted into, nothing more.
/// </summary>
public static class Migrator
{
    private const long Lock = 0x1A7E_5510;
    private const string Alone = "-- no transaction\n";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <param name="owner">Connection string of the owner; the database is created when it does not exist.</param>
    /// <param name="service">Lower-case service name; names the login.</param>
    /// <param name="migrations">The assembly that embeds the service's migrations.</param>
    /// <param name="appPassword">Password of the <c>{service}_app</c> login; empty leaves logins alone.</param>
    /// <param name="seed">Data that must be there from the first start, in the same transaction discipline; runs every time.</param>
    public static async Task Migrate(
        string owner, string service, Assembly migrations, string? appPassword, Func<Tx, Task>? seed, CancellationToken cancellation)
    {
        await EnsureDatabase(owner, cancellation);
        // Its own connection, never pooled: the advisory lock must not outlive it (DESIGN §7.23). A statement takes the time
        // it takes: how long all of them may is said by whoever starts them.
        var settings = new NpgsqlConnectionStringBuilder(owner) { Pooling = false, CommandTimeout = 0 };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellation);
        await TakeTurn(connection, cancellation);
        await connection.ExecuteAsync(
            """
            create table if not exists schema_migration (
              origin text not null, version text not null, checksum bytea not null, apply_time timestamptz not null default now(),
              primary key (origin, version))
            """);
        await Apply(connection, "service_defaults", typeof(Migrator).Assembly, cancellation);
        await Apply(connection, service, migrations, cancellation);
        await EnsureSecrets(connection);
        if (seed is not null)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await seed(new Tx(connection, transaction, cancellation));
            await transaction.CommitAsync(cancellation);
        }

        if (!string.IsNullOrEmpty(appPassword))
        {
            await Grants.Give(connection, $"{service}_app", appPassword);
        }
    }

    private static async Task Apply(NpgsqlConnection connection, string origin, Assembly assembly, CancellationToken cancellation)
    {
        var applied = (await connection.QueryAsync<(string Version, byte[] Checksum)>(
            "select version, checksum from schema_migration where origin = @origin", new { origin })).ToDictionary(m => m.Version, m => m.Checksum);
        foreach (var (version, sql) in Scripts(assembly))
        {
            var checksum = SHA256.HashData(Encoding.UTF8.GetBytes(sql));
            if (applied.TryGetValue(version, out var known))
            {
                if (!known.AsSpan().SequenceEqual(checksum))
                {
                    throw new MigrationException($"Migration {origin}/{version} was applied with another content. Migrations are forward only: add a new one.");
                }

                continue;
            }

            if (sql.StartsWith(Alone, StringComparison.Ordinal))
            {
                await DropUnfinishedIndexes(connection, cancellation);
                await Run(transaction: null);
            }
            else
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await Run(transaction);
                await transaction.CommitAsync(cancellation);
            }

            async Task Run(NpgsqlTransaction? transaction)
            {
                await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, cancellationToken: cancellation));
                await connection.ExecuteAsync(
                    "insert into schema_migration (origin, version, checksum) values (@origin, @version, @checksum)",
                    new { origin, version, checksum },
                    transaction);
            }
        }
    }

    /// <summary>Asked again and again: an index made concurrently waits for all statements under way, one that waits for this lock too.</summary>
    private static async Task TakeTurn(NpgsqlConnection connection, CancellationToken cancellation)
    {
        while (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select pg_try_advisory_lock(@Lock)", new { Lock }, cancellationToken: cancellation)))
        {
            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>What an index made concurrently leaves when it fails: never used, kept up to date, and there for <c>if not exists</c>.</summary>
    private static async Task DropUnfinishedIndexes(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string Unfinished =
            """
            select 'drop index concurrently ' || indexrelid::regclass from pg_index join pg_class on pg_class.oid = indexrelid
            where not indisvalid and relkind = 'i' and relnamespace = 'public'::regnamespace
            """;
        foreach (var drop in (await connection.QueryAsync<string>(new CommandDefinition(Unfinished, cancellationToken: cancellation))).ToList())
        {
            await connection.ExecuteAsync(new CommandDefinition(drop, cancellationToken: cancellation));
        }
    }

    private static IEnumerable<(string Version, string Sql)> Scripts(Assembly assembly) =>
        from name in assembly.GetManifestResourceNames()
        where name.StartsWith("Migrations/", StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal)
        orderby name
        select (Path.GetFileNameWithoutExtension(name), Text(assembly, name));

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>Keys that replicas must share and restarts must keep, e.g. of page tokens.</summary>
    private static Task EnsureSecrets(NpgsqlConnection connection) =>
        connection.ExecuteAsync(
            "insert into service_secret (name, value) values ('page_token', @key) on conflict do nothing",
            new { key = RandomNumberGenerator.GetBytes(32) });

    private static async Task EnsureDatabase(string owner, CancellationToken cancellation)
    {
        var settings = new NpgsqlConnectionStringBuilder(owner) { Pooling = false };
        try
        {
            await using var probe = new NpgsqlConnection(settings.ConnectionString);
            await probe.OpenAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            var database = settings.Database!;
            settings.Database = "postgres";
            await using var server = new NpgsqlConnection(settings.ConnectionString);
            await server.OpenAsync(cancellation);
            try
            {
                await server.ExecuteAsync($"create database {Grants.Quote(database)}");
            }
            catch (PostgresException other) when (other.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another migrator was quicker.
            }
        }
    }
}

/// <summary>A migration cannot be applied; the message says what to do.</summary>
public sealed class MigrationException(string message) : Exception(message);
