using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Intervision.Membership.Files;

/// <summary>A line between the two passes.</summary>
/// <param name="Number">The header is line 1.</param>
/// <param name="Key">Of the resource it speaks of; empty when it cannot be read.</param>
/// <param name="Fields">In the order of its format; null for a column that the file does not have.</param>
internal sealed record StagedLine(DirectoryFile File, int Number, string Key, string?[] Fields, string? Reason, string? French)
{
    public int Size => Fields.Sum(f => f?.Length ?? 0) + Key.Length;
}

/// <summary>
/// The lines of one import, sorted by the database so that memory does not depend on their number. They live in a
/// transaction that is never committed: nobody else sees them, and they are gone with it, whatever ends it.
/// </summary>
internal sealed class StagedLines : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly NpgsqlBinaryImporter importer;

    private StagedLines(NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBinaryImporter importer) =>
        (this.connection, this.transaction, this.importer) = (connection, transaction, importer);

    public static async Task<StagedLines> Open(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var session = await source.OpenConnectionAsync(cancellation);
        return new StagedLines(
            session,
            await session.BeginTransactionAsync(cancellation),
            await session.BeginBinaryImportAsync("copy import_line (file, line, key, fields, reason, message) from stdin (format binary)", cancellation));
    }

    public async Task Add(StagedLine line)
    {
        await importer.StartRowAsync();
        await importer.WriteAsync((short)line.File, NpgsqlDbType.Smallint);
        await importer.WriteAsync(line.Number, NpgsqlDbType.Integer);
        await importer.WriteAsync(line.Key, NpgsqlDbType.Text);
        await importer.WriteAsync(line.Fields, NpgsqlDbType.Array | NpgsqlDbType.Text);
        await importer.WriteAsync(line.Reason, NpgsqlDbType.Text);
        await importer.WriteAsync(line.French, NpgsqlDbType.Text);
    }

    /// <summary>All lines are there; from now on they can be read.</summary>
    public async Task Complete(CancellationToken cancellation)
    {
        await importer.CompleteAsync(cancellation);
        await importer.DisposeAsync();
    }

    /// <summary>Lines of these files by key, file and number; they come as they are taken.</summary>
    public async IAsyncEnumerable<StagedLine> Read(IEnumerable<DirectoryFile> files, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select file, line, key, fields, reason, message from import_line where file = any($1) order by key, file, line", connection, transaction)
        {
            CommandTimeout = 0,
        };
        command.Parameters.Add(new() { Value = files.Select(f => (short)f).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new StagedLine(
                (DirectoryFile)reader.GetInt16(0),
                reader.GetInt32(1),
                reader.GetString(2),
                reader.GetFieldValue<string?[]>(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5));
        }
    }

    /// <summary>Keys that a table holds and no line of a file names, in order; they come as they are taken.</summary>
    /// <param name="keys">A statement that selects <c>key</c>.</param>
    public async IAsyncEnumerable<string> Missing(DirectoryFile file, string keys, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            // Not "not exists": nobody analyses the table, and a plan with nested loops would never end.
            $"select key collate \"C\" from ({keys}) held except select key from import_line where file = $1 order by 1",
            connection,
            transaction) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = (short)file });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return reader.GetString(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // In the middle of a COPY this breaks it off; in any case the transaction rolls back.
        await importer.DisposeAsync();
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
