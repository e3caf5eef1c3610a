using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>
/// Takes the oldest out when there is too much: a twentieth of the limit at a time, so that it is seldom done and each time cheap.
/// Spans go out by whole traces.
/// </summary>
internal sealed class Pruning(SqliteConnection connection, TelemetryOptions limits)
{
    private const int Share = 20;

    public RowCounts Count() => new(
        Number("select count(*) from log"), Number("select count(*) from trace"), Number("select count(*) from span"), Number("select count(*) from point"));

    /// <summary>Bytes of the pages in use.</summary>
    public long UsedBytes() => (Number("pragma page_count") - Number("pragma freelist_count")) * Number("pragma page_size");

    /// <summary>Brings the counts under their limits.</summary>
    public RowCounts ToCounts(RowCounts rows)
    {
        if (rows.Logs > limits.MaxLogCount)
        {
            rows.Logs -= Logs(rows.Logs - limits.MaxLogCount + (limits.MaxLogCount / Share));
        }

        if (rows.Traces > limits.MaxTraceCount || rows.Spans > limits.MaxSpanCount)
        {
            rows = Traces(rows, Math.Max(Math.Max(0, rows.Traces - limits.MaxTraceCount) + (limits.MaxTraceCount / Share), rows.Traces / Share));
        }

        if (rows.Points > limits.MaxMetricsCount)
        {
            rows.Points -= Points(rows.Points - limits.MaxMetricsCount + (limits.MaxMetricsCount / Share));
        }

        return rows;
    }

    /// <summary>A twentieth of everything, when the file is too large.</summary>
    public RowCounts ToBytes(RowCounts rows)
    {
        rows.Logs -= Logs((rows.Logs / Share) + 1);
        rows = Traces(rows, (rows.Traces / Share) + 1);
        rows.Points -= Points((rows.Points / Share) + 1);
        return rows;
    }

    /// <summary>All, or all of one service.</summary>
    public void Clear(string? service)
    {
        if (service is null)
        {
            Run.Raise(connection);
            TelemetryFile.Execute(connection, """
                insert into log_text (log_text) values ('delete-all'); insert into span_text (span_text) values ('delete-all');
                delete from log; delete from span; delete from trace; delete from point; delete from exemplar; delete from series; delete from instrument;
                delete from resource; delete from service; delete from scope;
                """);
            return;
        }

        var id = Number("select coalesce((select id from service where name = $name), 0)", ("$name", service));
        Execute("delete from log_text where rowid in (select id from log where service = $id)", id);
        Execute("delete from log where service = $id", id);
        Execute("delete from span_text where rowid in (select id from span where service = $id)", id);
        Execute("delete from span where service = $id", id);
        // A trace whose other spans stay keeps its line, which goes on counting what it had.
        Execute("delete from trace where instr(services, ',' || $id || ':') > 0 and not exists (select 1 from span where span.trace = trace.id)", id);
        foreach (var table in (string[])["point", "exemplar"])
        {
            Execute($"delete from {table} where series in (select s.id from series s join instrument i on i.id = s.instrument where i.service = $id)", id);
        }

        Execute("delete from series where instrument in (select id from instrument where service = $id)", id);
        Execute("delete from instrument where service = $id", id);
    }

    /// <summary>Series and resources of earlier runs of which nothing is left. At the start: it looks at everything.</summary>
    public void Orphans()
    {
        TelemetryFile.Execute(connection, """
            delete from series where not exists (select 1 from point where point.series = series.id);
            delete from instrument where not exists (select 1 from series where series.instrument = instrument.id);
            delete from resource where id not in (select resource from log union select resource from span union select resource from series);
            """);
    }

    private long Logs(long count)
    {
        var last = Number("select coalesce((select id from log order by id limit 1 offset $count), (select max(id) + 1 from log), 0)", ("$count", count));
        Execute("delete from log_text where rowid < $id", last);
        return Execute("delete from log where id < $id", last);
    }

    private RowCounts Traces(RowCounts rows, long count)
    {
        var first = Number("select coalesce((select id from trace order by id limit 1 offset $count), (select max(id) + 1 from trace), 0)", ("$count", count));
        Execute("delete from span_text where rowid in (select id from span where trace < $id)", first);
        rows.Spans -= Execute("delete from span where trace < $id", first);
        rows.Traces -= Execute("delete from trace where id < $id", first);
        return rows;
    }

    private long Points(long count)
    {
        var first = Number("select coalesce((select id from point order by id limit 1 offset $count), (select max(id) + 1 from point), 0)", ("$count", count));
        var at = Number("select coalesce((select at from point where id = $id), 0)", ("$id", first));
        Execute("delete from exemplar where id in (select id from exemplar where at < $id limit 100000)", at);
        return Execute("delete from point where id < $id", first);
    }

    private int Execute(string sql, long id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$id", id);
        return command.ExecuteNonQuery();
    }

    private long Number(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
