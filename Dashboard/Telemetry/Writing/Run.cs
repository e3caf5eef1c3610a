using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>A start of the app host: rows numbered before its marks are from an earlier one.</summary>
/// <param name="Number">1 for the first on this file.</param>
internal sealed record Run(long Number, long Started, long FirstLog, long FirstTrace)
{
    public static Run Begin(SqliteConnection connection, long now)
    {
        TelemetryFile.Execute(connection, $"""
            delete from run where id <= (select max(id) from run) - 100;
            insert into run (started, first_log, first_trace)
            select {now.ToString(CultureInfo.InvariantCulture)},
              max(coalesce((select max(id) + 1 from log), 1), coalesce((select max(first_log) from run), 1)),
              max(coalesce((select max(id) + 1 from trace), 1), coalesce((select max(first_trace) from run), 1))
            """);
        return Current(connection);
    }

    /// <summary>Numbers go on rising after everything was removed: who follows a list by its numbers misses nothing.</summary>
    public static void Raise(SqliteConnection connection) => TelemetryFile.Execute(connection, """
        update run set first_log = max(first_log, coalesce((select max(id) + 1 from log), 1)), first_trace = max(first_trace, coalesce((select max(id) + 1 from trace), 1))
        where id = (select max(id) from run)
        """);

    public static Run Current(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select id, started, first_log, first_trace from run order by id desc limit 1";
        using var row = command.ExecuteReader();
        row.Read();
        return new Run(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
    }
}
