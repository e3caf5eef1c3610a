using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Intervision.Benchmarks.Settlement;

/// <summary>What Indemnisation knows before the year is settled: the programme, its people and their payees.</summary>
internal static class YearDatabase
{
    public static async Task Fill(string owner, Year year)
    {
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        await connection.ExecuteAsync(
            """
            insert into programme (name, indemnified) values (@Programme, true);
            insert into programme_rule (programme, from_time, indemnified) values (@Programme, '2020-01-01', true)
            """,
            new { Year.Programme });
        await Copy(connection, "professional (name, rpps)", year.People, (copy, person) =>
        {
            copy.Write(year.PersonName(person), NpgsqlDbType.Text);
            copy.Write($"99{person:D9}", NpgsqlDbType.Text);
        });
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await Copy(connection, "payee (name, kind, holder_name, iban, creator, create_time, change_time)", year.Payees, (copy, payee) =>
        {
            copy.Write(year.PayeeOf(payee), NpgsqlDbType.Text);
            copy.Write(1, NpgsqlDbType.Integer);
            copy.Write($"Docteur Élodie Hochart n° {payee}", NpgsqlDbType.Text);
            // Nobody checks the key of what is stored already.
            copy.Write($"FR76999990000{payee:D14}", NpgsqlDbType.Text);
            copy.Write("benchmark", NpgsqlDbType.Text);
            copy.Write(now, NpgsqlDbType.TimestampTz);
            copy.Write(now, NpgsqlDbType.TimestampTz);
        });
        await Copy(connection, "payee_professional (professional, payee)", year.People, (copy, person) =>
        {
            copy.Write(year.PersonName(person), NpgsqlDbType.Text);
            copy.Write(year.PayeeOf(person), NpgsqlDbType.Text);
        });
        await connection.ExecuteAsync("vacuum analyze", commandTimeout: 0);
        await connection.ExecuteAsync("checkpoint;", commandTimeout: 0);
    }

    /// <summary>The yardstick: the year's lines as they are, into a table without index, check or trigger.</summary>
    /// <returns>Seconds.</returns>
    public static async Task<double> PlainCopy(string owner)
    {
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        await connection.ExecuteAsync("create table plain (like indemnity_line)", commandTimeout: 0);
        await connection.ExecuteAsync("checkpoint;", commandTimeout: 0);
        var file = new MemoryStream();
        await using (var read = await connection.BeginRawBinaryCopyAsync("copy (select * from indemnity_line limit 100000) to stdout (format binary)"))
        {
            await read.CopyToAsync(file);
        }

        var rows = await connection.ExecuteScalarAsync<long>("select count(*) from indemnity_line");
        var copied = Math.Min(rows, 100_000);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var done = 0L; done < rows; done += copied)
        {
            await using var write = await connection.BeginRawBinaryCopyAsync("copy plain from stdin (format binary)");
            await write.WriteAsync(file.GetBuffer().AsMemory(0, (int)file.Length));
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await connection.ExecuteAsync("drop table plain");
        return seconds;
    }

    private static async Task Copy(NpgsqlConnection connection, string into, int count, Action<NpgsqlBinaryImporter, int> write)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"copy {into} from stdin (format binary)");
        copy.Timeout = TimeSpan.FromMinutes(10);
        for (var i = 0; i < count; i++)
        {
            await copy.StartRowAsync();
            write(copy, i);
        }

        await copy.CompleteAsync();
    }
}
