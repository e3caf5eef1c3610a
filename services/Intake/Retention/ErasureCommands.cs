using System.Globalization;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.Retention;

/// <summary>
/// <c>dotnet Intake.dll verify-erasures</c>: looks, in the database of <c>ConnectionStrings:database</c>, for anything that is
/// left of the erased cases; exit code 1 with what it found. <c>erase-again FILE</c>: see <see cref="EraseAgain"/>.
/// </summary>
internal static class ErasureCommands
{
    /// <returns>True when that was the command.</returns>
    public static async Task<bool> ErasuresIfAsked(this WebApplicationBuilder builder, string[] args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (args is ["erase-again", var file])
        {
            using var lines = new StreamReader(file);
            Environment.ExitCode = await EraseAgain.Run(builder.Configuration, lines, Console.Out);
            return true;
        }

        if (args is not ["verify-erasures"])
        {
            return false;
        }

        Environment.ExitCode = await Verify(builder.Configuration.GetConnectionString("database") ?? "", Console.Out);
        return true;
    }

    /// <returns>The exit code: 0 nothing is left, 1 something is.</returns>
    internal static async Task<int> Verify(string database, TextWriter output)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        // One snapshot: an erasure that goes on meanwhile is seen whole or not at all.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        var found = await ErasureVerifier.Verify(new Tx(connection, transaction, CancellationToken.None));
        foreach (var left in found.Leftovers)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Reste : {left.Rows} ligne(s) dans {left.Table}.{left.Column}"));
        }

        foreach (var passing in found.Passing)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Codes encore dans {passing.Table}.{passing.Column} : {passing.Rows} ligne(s), effacées à leur propre échéance"));
        }

        await output.WriteLineAsync(found.Leftovers.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"Effacements vérifiés : {found.Erasures} dossiers, aucune trace.")
            : string.Create(CultureInfo.InvariantCulture, $"Effacements incomplets : {found.Erasures} dossiers au registre."));
        return found.Leftovers.Count == 0 ? 0 : 1;
    }
}
