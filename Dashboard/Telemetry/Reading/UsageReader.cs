using Intervision.Dashboard.Telemetry.Writing;
using Microsoft.Data.Sqlite;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>How full the store is, and what was not kept.</summary>
internal static class UsageReader
{
    public static TelemetryUsage Read(SqliteConnection connection, TelemetryWriter writer, TelemetryFile file, TelemetryOptions limits, Drops drops)
    {
        var counts = writer.Counts;
        return new TelemetryUsage(
            [
                new("logs", counts.Logs, limits.MaxLogCount, Oldest(connection, "select at from log order by id limit 1")),
                new("traces", counts.Traces, limits.MaxTraceCount, Oldest(connection, "select first from trace order by id limit 1")),
                new("spans", counts.Spans, limits.MaxSpanCount, Oldest(connection, "select first from trace order by id limit 1")),
                new("points", counts.Points, limits.MaxMetricsCount, Oldest(connection, "select at from point order by id limit 1")),
            ],
            file.Length(), writer.UsedBytes, limits.MaxBytes, Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false),
            writer.WaitingBytes, limits.QueueBytes, drops.All(), file.LastPutAside,
            Instants.Time(writer.Run.Started), writer.Run.Number);
    }

    private static DateTimeOffset? Oldest(SqliteConnection connection, string sql) =>
        new Sql(sql).Read(connection, row => Instants.Time(row.GetInt64(0))) is [var oldest] ? oldest : null;
}
