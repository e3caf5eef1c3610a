using System.Globalization;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.AccessLog;

/// <summary>
/// <c>dotnet Intake.dll verify-access-log [--file F] [--from yyyy-MM] [--anchor F]</c>: checks the chains of the database
/// (<c>ConnectionStrings:database</c>) or of an exported file, exit code 1 and the first broken link when they do not hold;
/// <c>export-access-log [--from yyyy-MM]</c>: writes them to the standard output.
/// </summary>
internal static class AccessLogCommands
{
    /// <returns>True when that was the command.</returns>
    public static async Task<bool> AccessLogIfAsked(this WebApplicationBuilder builder, string[] args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (args is not ["verify-access-log" or "export-access-log", .. var options])
        {
            return false;
        }

        var from = Option(options, "--from") is { } month ? DateOnly.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture) : (DateOnly?)null;
        var database = builder.Configuration.GetConnectionString("database") ?? "";
        Environment.ExitCode = args[0] == "export-access-log"
            ? await Export(database, from, Console.Out)
            : await Verify(database, Option(options, "--file"), from, Option(options, "--anchor"), Console.Out);
        return true;
    }

    /// <returns>The exit code: 0 holds, 1 broken.</returns>
    internal static async Task<int> Verify(string database, string? file, DateOnly? from, string? anchor, TextWriter output)
    {
        try
        {
            var heads = anchor is null ? null : await Heads(anchor);
            var entries = file is null
                ? await InDatabase(database, tx => ChainVerifier.Verify(ChainReader.Lines(tx, from), from, heads))
                : await InFile(file, lines => ChainVerifier.Verify(lines, from, heads));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Journal des accès intact : {entries} entrées vérifiées."));
            return 0;
        }
        catch (BrokenChain broken)
        {
            await output.WriteLineAsync($"Journal des accès rompu : {broken.Message}");
            return 1;
        }
    }

    internal static Task<int> Export(string database, DateOnly? from, TextWriter output) => InDatabase(database, async tx =>
    {
        await foreach (var line in ChainReader.Lines(tx, from))
        {
            await output.WriteLineAsync(ChainReader.ToText(line));
        }

        return 0;
    });

    private static Task<Dictionary<int, Head>> Heads(string file) => InFile(file, async lines =>
    {
        var heads = new Dictionary<int, Head>();
        await foreach (var line in lines)
        {
            if (line is Head head)
            {
                heads[head.Shard] = head;
            }
        }

        return heads;
    });

    private static async Task<T> InFile<T>(string path, Func<IAsyncEnumerable<ChainLine>, Task<T>> work)
    {
        using var reader = new StreamReader(path);
        return await work(ChainReader.Lines(reader));
    }

    private static async Task<T> InDatabase<T>(string database, Func<Tx, Task<T>> work)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        return await work(new Tx(connection, transaction, CancellationToken.None));
    }

    private static string? Option(string[] options, string name) =>
        Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length ? options[at + 1] : null;
}
