using System.Globalization;
using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>Traces. <paramref name="firstOfRun"/>: number of the first trace of this run.</summary>
internal sealed class TraceReader(SqliteConnection connection, long firstOfRun)
{
    public const int MostSpans = 5000;
    private const string Columns = "select t.id, t.trace, t.name, v.name, t.first, t.last, t.spans, t.errors, t.services, t.rooted from trace t join service v on v.id = t.service";

    public Page<TraceRow> Page(TraceQuery query)
    {
        var limit = Sql.Limit(query.Limit);
        var services = Services();
        var sql = new Sql(Columns);
        if (query.Text?.Trim() is { Length: > 0 } text)
        {
            _ = Ids.Trace(text) is { } id ? sql.Where("t.trace = $trace", ("$trace", id))
                : FullText.Query(text) is { } words
                    ? sql.Where("t.id in (select s.trace from span s where s.id in (select rowid from span_text where span_text match $words))", ("$words", words))
                    : sql.Where("false");
        }

        if (query.Resource is { } resource)
        {
            sql.Where("instr(t.services, ',' || (select id from service where name = $resource) || ':') > 0", ("$resource", resource));
        }

        if (query.MinimumDuration is { } duration)
        {
            sql.Where("t.last - t.first >= $duration", ("$duration", duration.Ticks * 100));
        }

        if (query.OnlyErrors)
        {
            sql.Where("t.errors > 0");
        }

        return Sql.Page(Bounded(sql, query).Then("order by t.id desc limit $limit").With(("$limit", limit + 1)).Read(connection, row => Row(row, services)), limit, r => r.Id);
    }

    public TracePicture? One(string traceId)
    {
        if (Ids.Trace(traceId) is not { } id
            || new Sql(Columns).Where("t.trace = $trace", ("$trace", id)).Read(connection, row => Row(row, Services())) is not [var trace])
        {
            return null;
        }

        var spans = new Sql("""
            select s.span, s.parent, v.name, r.instance, c.name, s.name, s.kind, s.status, s.message, s.at, s.duration, s.shift, s.detail, r.detail
            from span s join service v on v.id = s.service join resource r on r.id = s.resource join scope c on c.id = s.scope
            """).Where("s.trace = $id", ("$id", trace.Id)).Then("order by s.at, s.id limit $limit").With(("$limit", MostSpans + 1)).Read(connection, Span);
        var logs = new LogReader(connection, firstOfRun: 0).OfTrace(id);
        return TraceTree.Draw(trace, spans.Count > MostSpans ? spans[..MostSpans] : spans, logs, spans.Count > MostSpans);
    }

    public IReadOnlyList<FoundSpan> Search(string words, int limit) => new Sql("""
        select t.trace, s.span, v.name, s.name, s.at, s.duration, s.status
        from span s join trace t on t.id = s.trace join service v on v.id = s.service
        where s.id in (select rowid from span_text where span_text match $words order by rowid desc limit $limit) order by s.id desc
        """).With(("$words", words), ("$limit", limit)).Read(connection, row => new FoundSpan(
            Ids.Trace((byte[])row[0]), Ids.Span(row.GetInt64(1)), row.GetString(2), row.GetString(3), Instants.Time(row.GetInt64(4)),
            Instants.Span(row.GetInt64(5)), (SpanStatus)row.GetInt32(6)));

    private static Sql Bounded(Sql sql, TraceQuery query)
    {
        if (query.From is { } from)
        {
            sql.Where("t.first >= $from", ("$from", Instants.Bound(from)));
        }

        if (query.Until is { } until)
        {
            sql.Where("t.first < $until", ("$until", Instants.Bound(until)));
        }

        if (query.Before is { } before)
        {
            sql.Where("t.id < $before", ("$before", before));
        }

        return sql;
    }

    private Dictionary<string, string> Services() => new Sql("select id, name from service")
        .Read(connection, row => KeyValuePair.Create(row.GetInt64(0).ToString(CultureInfo.InvariantCulture), row.GetString(1))).ToDictionary(StringComparer.Ordinal);

    private TraceRow Row(SqliteDataReader row, Dictionary<string, string> services) => new(
        row.GetInt64(0), Ids.Trace((byte[])row[1]), row.GetString(2), row.GetString(3), Instants.Time(row.GetInt64(4)),
        Instants.Span(row.GetInt64(5) - row.GetInt64(4)), row.GetInt32(6), row.GetInt32(7),
        [.. row.GetString(8).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(share => share.Split(':'))
            .Select(share => new ResourceShare(services[share[0]], int.Parse(share[1], CultureInfo.InvariantCulture)))],
        row.GetBoolean(9), row.GetInt64(0) < firstOfRun);

    private static StoredSpan Span(SqliteDataReader row)
    {
        var detail = OpenTelemetry.Proto.Trace.V1.Span.Parser.ParseFrom((byte[])row[12]);
        var shift = row.GetInt64(11);
        return new StoredSpan(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetInt64(9), row.GetInt64(10), shift, row.GetString(2), new SpanRow(
            Ids.Span(row.GetInt64(0)), row.IsDBNull(1) ? null : Ids.Span(row.GetInt64(1)), ParentMissing: false, Depth: 0,
            row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetString(5), (SpanKind)row.GetInt32(6), (SpanStatus)row.GetInt32(7),
            row.IsDBNull(8) ? null : row.GetString(8), Instants.Time(row.GetInt64(9)), Instants.Span(row.GetInt64(10)), Instants.Span(shift),
            Values.Tags(detail.Attributes), [.. detail.Events.Select(Event)],
            [.. detail.Links.Select(l => new SpanLink(Ids.Trace(l.TraceId.Span), Ids.Span(l.SpanId.Span), Values.Tags(l.Attributes)))],
            Values.Tags(Resource.Parser.ParseFrom((byte[])row[13]).Attributes),
            (int)Math.Min(int.MaxValue, (long)detail.DroppedAttributesCount + detail.DroppedEventsCount + detail.DroppedLinksCount)));
    }

    /// <summary>Times as told; the drawing moves them with their span.</summary>
    private static SpanEvent Event(Span.Types.Event e) => new(Instants.Time(Instants.Claimed(e.TimeUnixNano)), e.Name, Values.Tags(e.Attributes));
}
