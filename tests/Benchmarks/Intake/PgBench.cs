using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Intake;

/// <summary>
/// PostgreSQL's own yardstick on the same cluster: <c>pgbench</c> committing a request row and an outbox row, four
/// statements (BEGIN, INSERT, INSERT, COMMIT), prepared, 32 clients over loopback TCP.
/// </summary>
internal sealed partial class PgBench(string owner)
{
    public const int Clients = 32;

    private const string Tables =
        """
        create table bench_request (caller text, request_id uuid, hash bytea, response bytea, record_time timestamptz default clock_timestamp(), primary key (caller, request_id));
        create table bench_outbox (seq bigint generated always as identity primary key, aggregate_id uuid, stream_no bigint, payload bytea);
        """;

    private const string Transaction =
        """
        begin;
        insert into bench_request (caller, request_id, hash, response) values ('clients/99900180300017', gen_random_uuid(), decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 150), 'hex'));
        insert into bench_outbox (aggregate_id, stream_no, payload) values (gen_random_uuid(), 1, decode(repeat('ef', 200), 'hex'));
        commit;
        """;

    /// <summary>In a database of its own.</summary>
    public static async Task<PgBench> New(TestPostgres postgres)
    {
        await using (var maintenance = NpgsqlDataSource.Create(postgres.Owner("postgres")))
        await using (var create = maintenance.CreateCommand("create database pgbench_reference"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await using var source = NpgsqlDataSource.Create(postgres.Owner("pgbench_reference"));
        await using var tables = source.CreateCommand(Tables);
        await tables.ExecuteNonQueryAsync();
        return new PgBench(postgres.Owner("pgbench_reference"));
    }

    /// <returns>Transactions per second.</returns>
    public async Task<double> Measure(int seconds)
    {
        var server = new NpgsqlConnectionStringBuilder(owner);
        var info = new ProcessStartInfo(
            $"{TestPostgres.Bin}/pgbench",
            [
                "-n", "-M", "prepared", "-c", $"{Clients}", "-j", "2", "-T", $"{seconds}", "-f", "-",
                "-h", server.Host!, "-p", $"{server.Port}", "-U", server.Username!, server.Database!,
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        await process.StandardInput.WriteAsync(Transaction);
        process.StandardInput.Close();
        var problems = process.StandardError.ReadToEndAsync();
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var match = Tps().Match(told);
        return process.ExitCode == 0 && match.Success
            ? double.Parse(match.Groups["tps"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{told}\n{await problems}");
    }

    [GeneratedRegex(@"tps = (?<tps>[0-9.]+) \(without initial connection time\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tps();
}
