using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// A prepared statement of the writer, bound by position. The ADO layer looks each parameter up by name at each execution, which
/// costs as much as the insert itself.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private int bound;

    public Statement(SqliteConnection connection, string sql)
    {
        database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(statement, ++bound, value));
        return this;
    }

    public Statement Bind(long? value) => value is { } some ? Bind(some) : BindNull();

    public Statement Bind(double value)
    {
        Check(raw.sqlite3_bind_double(statement, ++bound, value));
        return this;
    }

    public Statement Bind(ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(statement, ++bound, value));
        return this;
    }

    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        Bind(value.AsSpan());
        return this;
    }

    public Statement Bind(ReadOnlySpan<char> value)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, buffer);
        Check(raw.sqlite3_bind_text(statement, ++bound, buffer.AsSpan(0, length)));
        ArrayPool<byte>.Shared.Return(buffer);
        return this;
    }

    public Statement BindNull()
    {
        Check(raw.sqlite3_bind_null(statement, ++bound));
        return this;
    }

    /// <returns>How many rows it changed.</returns>
    public int Run()
    {
        var result = raw.sqlite3_step(statement);
        var changes = result == raw.SQLITE_DONE ? raw.sqlite3_changes(database) : 0;
        Reset();
        if (result != raw.SQLITE_DONE)
        {
            Check(result);
        }

        return changes;
    }

    /// <summary>Inserts one row.</summary>
    /// <returns>Its id; null when it was there already.</returns>
    public long? Insert() => Run() > 0 ? raw.sqlite3_last_insert_rowid(database) : null;

    /// <summary>The first row, read while it is current; default when there is none.</summary>
    public T? First<T>(Func<sqlite3_stmt, T> read)
    {
        try
        {
            var result = raw.sqlite3_step(statement);
            if (result == raw.SQLITE_ROW)
            {
                return read(statement);
            }

            if (result != raw.SQLITE_DONE)
            {
                Check(result);
            }

            return default;
        }
        finally
        {
            Reset();
        }
    }

    public void Dispose() => statement.Dispose();

    private void Reset()
    {
        // The result repeats that of the step, which was looked at.
        raw.sqlite3_reset(statement);
        bound = 0;
    }

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW))
        {
            bound = 0;
            throw new SqliteException(raw.sqlite3_errmsg(database).utf8_to_string(), result, raw.sqlite3_extended_errcode(database));
        }
    }
}
