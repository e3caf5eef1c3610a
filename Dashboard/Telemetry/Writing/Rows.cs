using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>How many rows there are of each kind.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct RowCounts(long Logs, long Traces, long Spans, long Points);

/// <summary>The prepared statements of one connection and what they remember. After a rollback another one is made: what it remembers is not so.</summary>
internal sealed class Rows : IDisposable
{
    private readonly Names names;
    private readonly TraceRows traces;
    private readonly LogRows logs;
    private readonly SpanRows spans;
    private readonly MetricRows metrics;

    public Rows(SqliteConnection connection, TelemetryOptions limits, LeftOut leftOut)
    {
        var words = new Words();
        var next = Next(connection);
        names = new Names(connection);
        traces = new TraceRows(connection, next.Trace);
        logs = new LogRows(connection, next.Log, names, words, leftOut);
        spans = new SpanRows(connection, names, traces, words, leftOut, limits);
        metrics = new MetricRows(connection, names, leftOut, limits);
    }

    public RowCounts Write(object request, long arrival) => request switch
    {
        ExportTraceServiceRequest trace => new RowCounts { Spans = spans.Write(trace, arrival) },
        ExportLogsServiceRequest log => new RowCounts { Logs = logs.Write(log, arrival) },
        ExportMetricsServiceRequest metric => new RowCounts { Points = metrics.Write(metric, arrival) },
        _ => throw new ArgumentException($"not an export request: {request.GetType()}", nameof(request)),
    };

    /// <returns>How many traces are new.</returns>
    public int Flush(long arrival)
    {
        names.Flush(arrival);
        metrics.Flush();
        return traces.Flush();
    }

    /// <summary>Rows were taken out: traces in memory may be among them.</summary>
    public void ForgetTraces() => traces.Forget();

    private static (long Log, long Trace) Next(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            select max(coalesce((select max(id) + 1 from log), 1), (select max(first_log) from run)),
              max(coalesce((select max(id) + 1 from trace), 1), (select max(first_trace) from run))
            """;
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    public void Dispose()
    {
        names.Dispose();
        traces.Dispose();
        logs.Dispose();
        spans.Dispose();
        metrics.Dispose();
    }
}
