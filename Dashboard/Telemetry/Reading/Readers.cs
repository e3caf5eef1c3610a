using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>
/// Connections to read by, few and kept. A query that exceeds its time, or whose caller has gone, is interrupted: a search over
/// everything must not keep the write-ahead log from being folded back.
/// </summary>
internal sealed class Readers(TelemetryFile file, TimeSpan limit) : IDisposable
{
    private readonly SemaphoreSlim places = new(4);
    private readonly ConcurrentBag<(SqliteConnection Connection, int Generation)> idle = [];
    private volatile bool isDisposed;

    /// <param name="generation">Of the file: a connection to one that was put aside is closed.</param>
    public async Task<T> Read<T>(int generation, Func<SqliteConnection, T> query, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            // Off the caller's thread: SQLite has no asynchronous reads.
            return await Task.Run(() => Run(generation, query, cancellation), cancellation);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose()
    {
        isDisposed = true;
        while (idle.TryTake(out var one))
        {
            one.Connection.Dispose();
        }

        places.Dispose();
    }

    private T Run<T>(int generation, Func<SqliteConnection, T> query, CancellationToken cancellation)
    {
        var connection = Take(generation);
        var handle = connection.Handle!;
        var isBroken = true;
        try
        {
            // Looked at by SQLite itself as it works: a timer would need a thread that is free.
            var start = TimeProvider.System.GetTimestamp();
            raw.sqlite3_progress_handler(
                handle, 10_000, _ => cancellation.IsCancellationRequested || TimeProvider.System.GetElapsedTime(start) > limit ? 1 : 0, null);
            var result = query(connection);
            isBroken = false;
            return result;
        }
        catch (SqliteException stopped) when (stopped.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            isBroken = false;
            cancellation.ThrowIfCancellationRequested();
            throw new QueryTooSlowException();
        }
        finally
        {
            raw.sqlite3_progress_handler(handle, 0, null, null);
            if (isBroken || isDisposed)
            {
                connection.Dispose();
            }
            else
            {
                idle.Add((connection, generation));
            }
        }
    }

    private SqliteConnection Take(int generation)
    {
        while (idle.TryTake(out var one))
        {
            if (one.Generation == generation)
            {
                return one.Connection;
            }

            one.Connection.Dispose();
        }

        return file.OpenToRead();
    }
}
