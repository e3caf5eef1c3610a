using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Metrics.V1;
using Exemplar = Intervision.Dashboard.Telemetry.Exemplar;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <param name="Tags">Its dimensions, the sender's instance among them.</param>
internal sealed record StoredSeries(long Id, IReadOnlyList<Tag> Tags, double Latest, long Seen);

/// <param name="Detail">Of a histogram: its buckets.</param>
internal readonly record struct StoredPoint(long Series, long At, double Value, byte[]? Detail);

/// <summary>Instruments, their series and points. <paramref name="runStarted"/>: nanoseconds.</summary>
internal sealed class MetricReader(SqliteConnection connection, long runStarted)
{
    public const string Instance = "service.instance.id";
    private const string Columns = """
        select i.id, v.name, c.name, i.name, i.unit, i.kind, i.description, (select count(*) from series s where s.instrument = i.id), i.seen, i.cumulative
        from instrument i join service v on v.id = i.service join scope c on c.id = i.scope
        """;

    public IReadOnlyList<Instrument> Instruments(string? resource)
    {
        var sql = new Sql(Columns);
        if (resource is not null)
        {
            sql.Where("v.name = $resource", ("$resource", resource));
        }

        return sql.Then("order by v.name, c.name, i.name").Read(connection, Row);
    }

    public IReadOnlyList<LatestValue> Latest(IReadOnlyCollection<string> names) =>
        [.. Named(names).SelectMany(i => Counted(i, Series(i.Id)).Select(s => Latest(i, s)))];

    /// <param name="since">For what was least, and for what was added.</param>
    public IReadOnlyList<LatestValue> Latest(IReadOnlyCollection<string> names, long since)
    {
        // While nothing of this run has been taken out, what begins in it began at nought.
        var oldest = Oldest();
        var known = oldest > runStarted + (2 * ChartDrawing.Holds) ? oldest + (2 * ChartDrawing.Holds) : runStarted;
        return [.. Named(names).SelectMany(i => Latest(i, since, known))];
    }

    public Chart? Chart(ChartQuery query)
    {
        if (new Sql(Columns).Where("i.id = $id", ("$id", query.Instrument)).Read(connection, row => (Row(row), row.GetBoolean(9))) is not [var (instrument, cumulative)])
        {
            return null;
        }

        var all = Series(query.Instrument);
        var wanted = all.Where(s => query.Dimensions.GroupBy(d => d.Key, StringComparer.Ordinal).All(g => g.Any(s.Tags.Contains))).ToList();
        var told = Told(all).Select(s => s.Id).ToHashSet();
        var drawing = new ChartDrawing(instrument, cumulative, query, Oldest());
        foreach (var series in wanted)
        {
            drawing.Add(series, Points(series.Id, drawing.ReadFrom, drawing.Until), told.Contains(series.Id));
        }

        return drawing.Finish(Dimensions(all), Exemplars(wanted, drawing));
    }

    private List<StoredPoint> Points(long series, long from, long until) => new Sql("select series, at, value, detail from point")
        .Where("series = $series", ("$series", series)).Where("at >= $from", ("$from", from)).Where("at < $until", ("$until", until)).Then("order by at")
        .Read(connection, row => new StoredPoint(row.GetInt64(0), row.GetInt64(1), row.GetDouble(2), row.IsDBNull(3) ? null : (byte[])row[3]));

    private long Oldest() => new Sql("select at from point order by id limit 1").Read(connection, row => row.GetInt64(0)).FirstOrDefault();

    private List<Instrument> Named(IReadOnlyCollection<string> names) =>
        new Sql(Columns).Where("i.name in (select value from json_each($names))", ("$names", System.Text.Json.JsonSerializer.Serialize(names)))
            .Where("i.seen >= $run", ("$run", runStarted)).Then("order by v.name, i.name").Read(connection, Row);

    private IEnumerable<LatestValue> Latest(Instrument instrument, long since, long known)
    {
        var earlier = Earlier(instrument.Id, since);
        foreach (var series in Counted(instrument, Series(instrument.Id)))
        {
            var (before, first, least) = earlier[series.Id];
            // Without an earlier point it is new and began at nought, unless what was before has been taken out.
            var from = before ?? (first is { } one && one.At < known ? one.Value : 0);
            var began = series.Latest < from || least < from;
            yield return Latest(instrument, series) with
            {
                Lowest = before is { } held ? Math.Min(Math.Min(held, least ?? held), series.Latest) : null,
                Grown = began ? series.Latest : series.Latest - from,
            };
        }
    }

    private static LatestValue Latest(Instrument instrument, StoredSeries series) => new(instrument, series.Tags, series.Latest, Instants.Time(series.Seen));

    /// <summary>Of each series: its value at a time, its first point of all, and the least that came after that time.</summary>
    private Dictionary<long, (double? Before, (long At, double Value)? First, double? Least)> Earlier(long instrument, long since) => new Sql("""
        select s.id,
          (select value from point where series = s.id and at <= $since order by at desc limit 1),
          (select at from point where series = s.id order by at limit 1),
          (select value from point where series = s.id order by at limit 1),
          (select min(value) from point where series = s.id and at > $since)
        from series s
        """).With(("$since", since)).Where("s.instrument = $instrument", ("$instrument", instrument))
        .Read(connection, row => (
            Id: row.GetInt64(0), Before: Number(row, 1), First: row.IsDBNull(2) ? ((long, double)?)null : (row.GetInt64(2), row.GetDouble(3)), Least: Number(row, 4)))
        .ToDictionary(s => s.Id, s => (s.Before, s.First, s.Least));

    private static double? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    /// <summary>Of this run. What was counted stays counted when who counted it has gone; a state goes with who was in it.</summary>
    private IEnumerable<StoredSeries> Counted(Instrument instrument, List<StoredSeries> all) =>
        instrument.Kind is InstrumentKind.Gauge or InstrumentKind.UpDownCounter ? Live(all) : all.Where(s => s.Seen >= runStarted);

    private IEnumerable<StoredSeries> Live(List<StoredSeries> all) => Told(all).Where(s => s.Seen >= runStarted);

    /// <summary>Series that the service still tells: those of a replica or a run that has gone are silent.</summary>
    private static IEnumerable<StoredSeries> Told(List<StoredSeries> all)
    {
        var newest = all.Count == 0 ? 0 : all.Max(s => s.Seen);
        return all.Where(s => s.Seen >= newest - (60 * Instants.Second));
    }

    private List<StoredSeries> Series(long instrument) => new Sql("select s.id, s.detail, r.instance, s.latest, s.seen from series s left join resource r on r.id = s.resource")
        .Where("s.instrument = $id", ("$id", instrument)).Read(connection, row => new StoredSeries(
            row.GetInt64(0),
            [.. Values.Tags(NumberDataPoint.Parser.ParseFrom((byte[])row[1]).Attributes), .. row.IsDBNull(2) ? (Tag[])[] : [new Tag(Instance, row.GetString(2))]],
            row.GetDouble(3), row.GetInt64(4)));

    private static List<Dimension> Dimensions(List<StoredSeries> series) =>
        [.. series.SelectMany(s => s.Tags).GroupBy(t => t.Key, StringComparer.Ordinal)
            .Select(g => new Dimension(g.Key, [.. g.Select(t => t.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(100)]))
            .Where(d => d.Key != Instance || d.Values.Count > 1)];

    private List<Exemplar> Exemplars(List<StoredSeries> series, ChartDrawing drawing)
    {
        var tags = series.ToDictionary(s => s.Id, s => s.Tags);
        return new Sql("select series, at, value, trace, span from exemplar")
            .Where("series in (select value from json_each($series))", ("$series", System.Text.Json.JsonSerializer.Serialize(tags.Keys)))
            .Where("at >= $from", ("$from", drawing.From)).Where("at < $until", ("$until", drawing.Until)).Then("order by at desc limit 200")
            .Read(connection, row => new Exemplar(Instants.Time(row.GetInt64(1)), row.GetDouble(2), Ids.Trace((byte[])row[3]), Ids.Span(row.GetInt64(4)), tags[row.GetInt64(0)]));
    }

    private static Instrument Row(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), (InstrumentKind)row.GetInt32(5), row.GetString(6),
        row.GetInt32(7), Instants.Time(row.GetInt64(8)));
}
