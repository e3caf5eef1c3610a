using Dapper;
using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>The login a service runs as: owns nothing, reaches its own database only (DESIGN §7.22).</summary>
internal static class Grants
{
    private const string AppendOnly = "append-only";

    public static async Task Give(NpgsqlConnection connection, string login, string password)
    {
        var role = Quote(login);
        var secret = password.Replace("'", "''", StringComparison.Ordinal);
        await connection.ExecuteAsync(
            $"""
            do $$ begin
              create role {role} login;
            exception when duplicate_object or unique_violation then null;
            end $$;
            """);
        await SetPassword(connection, role, secret);
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync(
            $"""
            revoke all on database {Quote(connection.Database)} from public;
            grant connect on database {Quote(connection.Database)} to {role};
            revoke create on schema public from public;
            grant usage on schema public to {role};
            revoke all on all tables in schema public from {role};
            grant usage, select on all sequences in schema public to {role};
            """,
            transaction: transaction);
        foreach (var (table, comment) in await connection.QueryAsync<(string, string?)>(
            """
            select c.relname, obj_description(c.oid, 'pg_class') from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relname <> 'schema_migration'
            """,
            transaction: transaction))
        {
            var rights = comment?.StartsWith(AppendOnly, StringComparison.Ordinal) == true ? "select, insert" : "select, insert, update, delete";
            await connection.ExecuteAsync($"grant {rights} on {Quote(table)} to {role}", transaction: transaction);
        }

        await transaction.CommitAsync();
    }

    /// <summary>
    /// Roles belong to the whole cluster, advisory locks to one database: of several migrators that alter one role at the
    /// same time PostgreSQL lets one through, and the others come again.
    /// </summary>
    private static async Task SetPassword(NpgsqlConnection connection, string role, string secret)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.ExecuteAsync($"alter role {role} login password '{secret}' connection limit -1");
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InternalError && attempt < 50)
            {
                // "tuple concurrently updated": the other one is done by now, or nearly.
            }
        }
    }

    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
