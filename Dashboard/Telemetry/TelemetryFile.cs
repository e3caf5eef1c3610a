using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// The database file. One that cannot be read, or that a newer version wrote, is put aside under another name and a new one
/// begun: what was observed is worth less than observing. At most two are kept aside.
/// </summary>
internal sealed class TelemetryFile(string path, TimeProvider clock)
{
    private const int SchemaVersion = 1;
    private const int CacheKilobytes = 16_384;
    private const long RoomForOneBatch = 64 << 20;

    public string Path { get; } = path;

    public FilePutAside? LastPutAside { get; private set; }

    /// <summary>The writer's connection, on a file that is whole.</summary>
    public SqliteConnection Open(long maxBytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        try
        {
            return TryOpen(maxBytes);
        }
        catch (Exception problem) when (problem is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR } or NotSupportedException)
        {
            PutAside(problem.Message);
            return TryOpen(maxBytes);
        }
    }

    public SqliteConnection OpenToRead()
    {
        var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadOnly));
        try
        {
            connection.Open();
            Execute(connection, "pragma busy_timeout = 2000; pragma cache_size = -4000; pragma temp_store = memory; pragma query_only = on;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Bytes on disk, the write-ahead log included.</summary>
    public long Length() => new[] { Path, $"{Path}-wal" }.Sum(p => new FileInfo(p) is { Exists: true } file ? file.Length : 0);

    public void PutAside(string problem)
    {
        var name = $"{Path}.aside-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture)}";
        File.Move(Path, name, overwrite: true);
        File.Delete($"{Path}-wal");
        File.Delete($"{Path}-shm");
        LastPutAside = new FilePutAside(problem, System.IO.Path.GetFileName(name));
        var folder = System.IO.Path.GetDirectoryName(Path)!;
        foreach (var old in Directory.GetFiles(folder, $"{System.IO.Path.GetFileName(Path)}.aside-*").OrderDescending(StringComparer.Ordinal).Skip(2))
        {
            File.Delete(old);
        }
    }

    private SqliteConnection TryOpen(long maxBytes)
    {
        Ours();
        var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        try
        {
            connection.Open();
            var version = Convert.ToInt32(Scalar(connection, "pragma user_version"), CultureInfo.InvariantCulture);
            if (version is not (0 or SchemaVersion))
            {
                throw new NotSupportedException($"version {version}, not {SchemaVersion}");
            }

            // The limit of pages is the last resort: rows are taken out long before.
            Execute(connection, $"""
                pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000; pragma temp_store = memory;
                pragma cache_size = -{CacheKilobytes}; pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864;
                pragma max_page_count = {(maxBytes + (maxBytes / 4) + RoomForOneBatch) / 4096};
                """);
            if (version == 0)
            {
                Execute(connection, $"begin immediate; {Schema()}; pragma user_version = {SchemaVersion}; commit;");
            }

            // A file that is cut or overwritten often opens all the same.
            Scalar(connection, "select (select count(*) from sqlite_schema) + (select coalesce(max(id), 0) from log) + (select coalesce(max(id), 0) from span) + (select coalesce(max(id), 0) from point) + (select count(*) from series) + (select count(*) from run)");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Other users of the machine may pass through the data folder; what services say is not for them. SQLite gives its other files the same mode.</summary>
    private void Ours()
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows())
        {
            new FileStream(Path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly }).Dispose();
            File.SetUnixFileMode(Path, OwnerOnly);
        }
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder { DataSource = Path, Mode = mode, Pooling = false }.ToString();

    private static string Schema()
    {
        using var reader = new StreamReader(typeof(TelemetryFile).Assembly.GetManifestResourceStream("telemetry.schema.sql")!);
        return reader.ReadToEnd();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
