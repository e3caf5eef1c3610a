using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OtlpExemplar = OpenTelemetry.Proto.Metrics.V1.Exemplar;
using Microsoft.Data.Sqlite;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>
/// Points of series. A value that does not change is written twice a minute only: most series of a quiet system say the same each
/// second, and a chart carries the last value on.
/// </summary>
internal sealed class MetricRows(SqliteConnection connection, Names names, LeftOut leftOut, TelemetryOptions limits) : IDisposable
{
    public const long Repeat = 30 * Instants.Second;
    private readonly SeriesRows series = new(connection, limits);
    private readonly Statement addPoint = new(connection, "insert or ignore into point (series, at, value, detail) values (?, ?, ?, ?)");
    private readonly Statement addExemplar = new(connection, "insert into exemplar (series, at, value, trace, span) values (?, ?, ?, ?, ?)");

    /// <returns>How many points were added.</returns>
    public int Write(ExportMetricsServiceRequest request, long arrival)
    {
        var added = 0;
        foreach (var resource in request.ResourceMetrics)
        {
            if (names.Resource(resource.Resource, arrival) is not { } sender)
            {
                leftOut.Add("points", Drops.TooManyResources, resource.ScopeMetrics.Sum(s => s.Metrics.Sum(Points)));
                continue;
            }

            foreach (var scope in resource.ScopeMetrics)
            {
                var scopeId = names.Scope(scope.Scope?.Name ?? "");
                foreach (var metric in scope.Metrics)
                {
                    added += Write(metric, sender, scopeId, arrival);
                }
            }
        }

        return added;
    }

    public void Flush() => series.Flush();

    public void Dispose()
    {
        series.Dispose();
        addPoint.Dispose();
        addExemplar.Dispose();
    }

    private int Write(Metric metric, Sender sender, long scope, long arrival)
    {
        if (metric.DataCase == Metric.DataOneofCase.None)
        {
            return 0;
        }

        var kind = Kind(metric);
        if (series.Instrument(metric, kind, IsCumulative(metric), sender, scope, arrival) is not { } instrument)
        {
            leftOut.Add("points", Drops.TooManyInstruments, Points(metric));
            return 0;
        }

        var into = new Target(instrument, sender.Resource, arrival);
        return metric.DataCase switch
        {
            Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Sum(p => Write(into, p)),
            Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Sum(p => Write(into, p)),
            Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Sum(p => Write(into, p)),
            Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.Sum(p => Write(into, p)),
            _ => metric.Summary.DataPoints.Sum(p => Write(into, p.Attributes, [], p.TimeUnixNano, p.Count, null)),
        };
    }

    private int Write(Target into, NumberDataPoint p) =>
        Write(into, p.Attributes, p.Exemplars, p.TimeUnixNano, p.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? p.AsInt : p.AsDouble, null);

    private int Write(Target into, HistogramDataPoint p) => Write(into, p.Attributes, p.Exemplars, p.TimeUnixNano, p.Count, p);

    private int Write(Target into, ExponentialHistogramDataPoint p) => Write(into, p.Attributes, p.Exemplars, p.TimeUnixNano, p.Count, p);

    private int Write(Target into, RepeatedField<KeyValue> attributes, RepeatedField<OtlpExemplar> exemplars, ulong time, double value, IMessage? detail)
    {
        if (series.Of(into.Instrument, into.Resource, attributes) is not { } state)
        {
            leftOut.Add("points", Drops.TooManySeries);
            return 0;
        }

        var at = Instants.IsBelievable(time, into.Arrival) ? (long)time : into.Arrival;
        var isRepeated = into.Instrument.Repeats && state.Latest == value && at - state.StoredAt is >= 0 and < Repeat;
        state.See(value, at);
        Write(state, exemplars, into.Arrival);

        if (isRepeated)
        {
            return 0;
        }

        state.StoredAt = at;
        addPoint.Bind(state.Id).Bind(at).Bind(value);
        return (detail is null ? addPoint.BindNull() : addPoint.Bind(Detail(detail, attributes, exemplars))).Run();
    }

    /// <summary>They come in the order of their buckets, and those of a cumulative point again with each export until a newer one takes their place.</summary>
    private void Write(SeriesState state, RepeatedField<OtlpExemplar> exemplars, long arrival)
    {
        var known = state.ExemplarAt;
        foreach (var exemplar in exemplars.Where(e => e.TraceId.Length == 16 && e.SpanId.Length == 8))
        {
            var at = Instants.IsBelievable(exemplar.TimeUnixNano, arrival) ? (long)exemplar.TimeUnixNano : arrival;
            if (at > known)
            {
                state.ExemplarAt = Math.Max(state.ExemplarAt, at);
                Write(state, exemplar, at);
            }
        }
    }

    private void Write(SeriesState state, OtlpExemplar exemplar, long at)
    {
        var value = exemplar.ValueCase == OtlpExemplar.ValueOneofCase.AsInt ? exemplar.AsInt : exemplar.AsDouble;
        if (!double.IsFinite(value))
        {
            return;
        }

        addExemplar.Bind(state.Id).Bind(at).Bind(value).Bind(exemplar.TraceId.Span).Bind(BinaryPrimitives.ReadInt64BigEndian(exemplar.SpanId.Span)).Run();
    }

    /// <summary>What has no column of its own. The point is as it was afterwards: a batch that fails is written again, one by one.</summary>
    private static byte[] Detail(IMessage point, RepeatedField<KeyValue> attributes, RepeatedField<OtlpExemplar> exemplars)
    {
        var (dimensions, examples) = (attributes.ToArray(), exemplars.ToArray());
        attributes.Clear();
        exemplars.Clear();
        var detail = point.ToByteArray();
        attributes.Add(dimensions);
        exemplars.Add(examples);
        return detail;
    }

    private static int Points(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Count,
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Count,
        Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Count,
        Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.DataPoints.Count,
        Metric.DataOneofCase.Summary => metric.Summary.DataPoints.Count,
        _ => 0,
    };

    private static InstrumentKind Kind(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Sum => metric.Sum.IsMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDownCounter,
        Metric.DataOneofCase.Histogram => InstrumentKind.Histogram,
        Metric.DataOneofCase.ExponentialHistogram => InstrumentKind.ExponentialHistogram,
        Metric.DataOneofCase.Summary => InstrumentKind.Summary,
        _ => InstrumentKind.Gauge,
    };

    private static bool IsCumulative(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Sum => metric.Sum.AggregationTemporality != AggregationTemporality.Delta,
        Metric.DataOneofCase.Histogram => metric.Histogram.AggregationTemporality != AggregationTemporality.Delta,
        Metric.DataOneofCase.ExponentialHistogram => metric.ExponentialHistogram.AggregationTemporality != AggregationTemporality.Delta,
        _ => true,
    };

    private readonly record struct Target(InstrumentState Instrument, long Resource, long Arrival);
}
