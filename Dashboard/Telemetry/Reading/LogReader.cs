using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>Structured logs. <paramref name="firstOfRun"/>: number of the first log of this run.</summary>
internal sealed class LogReader(SqliteConnection connection, long firstOfRun)
{
    private const string Columns = """
        select l.id, l.at, l.severity, v.name, r.instance, c.name, l.body, l.trace, l.span
        from log l join service v on v.id = l.service join resource r on r.id = l.resource join scope c on c.id = l.scope
        """;

    public Page<LogRow> Page(LogQuery query)
    {
        var limit = Sql.Limit(query.Limit);
        var sql = Matching(query);
        if (query.Before is { } before)
        {
            sql.Where("l.id < $before", ("$before", before));
        }

        return Sql.Page(sql.Then("order by l.id desc limit $limit").With(("$limit", limit + 1)).Read(connection, Row), limit, r => r.Id);
    }

    public IReadOnlyList<LogRow> After(long id, LogQuery query) => Matching(query).Where("l.id > $after", ("$after", id))
        .Then("order by l.id limit $limit").With(("$limit", Sql.Limit(query.Limit))).Read(connection, Row);

    public LogEntry? One(long id) => new Sql(Columns.Replace("l.span", "l.span, l.detail, r.detail, l.claimed", StringComparison.Ordinal))
        .Where("l.id = $id", ("$id", id)).Read(connection, row =>
        {
            var log = LogRecord.Parser.ParseFrom((byte[])row[9]);
            var resource = Resource.Parser.ParseFrom((byte[])row[10]);
            return new LogEntry(
                Row(row), log.EventName is { Length: > 0 } name ? name : null, Values.Tags(log.Attributes), Values.Tags(resource.Attributes),
                row.IsDBNull(11) ? null : Instants.Time(row.GetInt64(11)), (int)Math.Min(int.MaxValue, log.DroppedAttributesCount));
        }).FirstOrDefault();

    public IReadOnlyList<LogRow> OfTrace(byte[] trace) =>
        new Sql(Columns).Where("l.trace = $trace", ("$trace", trace)).Then("order by l.at, l.id limit 1000").Read(connection, Row);

    /// <summary>By its index: left to itself SQLite reads every log of this run.</summary>
    public IReadOnlyDictionary<string, long> Errors() => new Sql("select v.name, count(*) from log l indexed by log_error join service v on v.id = l.service")
        .Where("l.severity >= 17").Where("l.id >= $first", ("$first", firstOfRun)).Then("group by v.name")
        .Read(connection, row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary(StringComparer.Ordinal);

    public IReadOnlyList<string> Keys(string? resource)
    {
        var sql = new Sql("select l.detail from log l join service v on v.id = l.service");
        if (resource is not null)
        {
            sql.Where("v.name = $resource", ("$resource", resource));
        }

        return [.. sql.Then("order by l.id desc limit 500").Read(connection, row => LogRecord.Parser.ParseFrom((byte[])row[0]))
            .SelectMany(l => l.Attributes).Select(a => a.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(200)];
    }

    private Sql Matching(LogQuery query)
    {
        var sql = new Sql(Columns);
        if (query.Text is { Length: > 0 } text)
        {
            // Text without any word in it, such as "--", is met by nothing.
            _ = FullText.Query(text) is { } words
                ? sql.Where("l.id in (select rowid from log_text where log_text match $words)", ("$words", words))
                : sql.Where("false");
        }

        if (query.Resource is { } resource)
        {
            sql.Where("v.name = $resource", ("$resource", resource));
        }

        if (query.MinimumSeverity > 0)
        {
            sql.Where("l.severity >= $severity", ("$severity", query.MinimumSeverity));
        }

        if (query.From is { } from)
        {
            sql.Where("l.at >= $from", ("$from", Instants.Bound(from)));
        }

        if (query.Until is { } until)
        {
            sql.Where("l.at < $until", ("$until", Instants.Bound(until)));
        }

        return OfSpan(Tagged(sql, query.Tags), query);
    }

    private static Sql OfSpan(Sql sql, LogQuery query)
    {
        if (query.TraceId is not null)
        {
            _ = Ids.Trace(query.TraceId) is { } trace ? sql.Where("l.trace = $trace", ("$trace", trace)) : sql.Where("false");
        }

        if (query.SpanId is not null)
        {
            _ = Ids.Span(query.SpanId) is { } span ? sql.Where("l.span = $span", ("$span", span)) : sql.Where("false");
        }

        return sql;
    }

    private Sql Tagged(Sql sql, IReadOnlyList<TagFilter> filters)
    {
        if (filters.Count > 0)
        {
            connection.CreateFunction("tagged", (byte[] detail) =>
            {
                var attributes = LogRecord.Parser.ParseFrom(detail).Attributes;
                return filters.All(f => f.IsMet(attributes));
            });
            sql.Where("tagged(l.detail)");
        }

        return sql;
    }

    private LogRow Row(SqliteDataReader row) => new(
        row.GetInt64(0), Instants.Time(row.GetInt64(1)), row.GetInt32(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.GetString(5), row.GetString(6), row.IsDBNull(7) ? null : Ids.Trace((byte[])row[7]), row.IsDBNull(8) ? null : Ids.Span(row.GetInt64(8)),
        row.GetInt64(0) < firstOfRun);
}
