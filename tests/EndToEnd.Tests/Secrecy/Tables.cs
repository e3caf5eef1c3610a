using System.Text;
using Dapper;
using Npgsql;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>
/// Every table of every database, the server's own included (its statistics keep common values): each row as text, where
/// bytes are hexadecimal.
/// </summary>
internal static class Tables
{
    public static async Task<List<(string Place, ReadOnlyMemory<byte> Bytes)>> Of(string server)
    {
        var all = new List<(string, ReadOnlyMemory<byte>)>();
        foreach (var database in RunningSuite.Services)
        {
            await using var connection = await Open(server, database);
            var names = await connection.QueryAsync<string>(
                """
                select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'm') order by 1
                """);
            foreach (var name in names.ToList())
            {
                var rows = await connection.QueryAsync<string?>($"select t::text from {name} t");
                all.Add(($"{database} {name}", Encoding.UTF8.GetBytes(string.Join('\n', rows))));
            }
        }

        return all;
    }

    /// <summary>A table of its own in each database, with the words as text, as bytes and in JSON.</summary>
    public static async Task Plant(string server, string words)
    {
        foreach (var database in RunningSuite.Services)
        {
            await using var connection = await Open(server, database);
            await connection.ExecuteAsync("create table planted (words text, bytes bytea, document jsonb)");
            await connection.ExecuteAsync(
                "insert into planted values (@words, null, null), (null, @bytes, null), (null, null, jsonb_build_object('words', @words))",
                new { words, bytes = Encoding.UTF8.GetBytes(words) });
        }
    }

    /// <summary>Nothing is on its way any more.</summary>
    public static async Task<long> Outgoing(string server)
    {
        var left = 0L;
        foreach (var database in RunningSuite.Services)
        {
            await using var connection = await Open(server, database);
            left += await connection.ExecuteScalarAsync<long>("select (select count(*) from outbox) + (select count(*) from mail_queue)");
        }

        return left;
    }

    public static async Task<NpgsqlConnection> Open(string server, string database)
    {
        var connection = new NpgsqlConnection($"{server};Database={database};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
