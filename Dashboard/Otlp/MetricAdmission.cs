using Google.Protobuf.Collections;
using Intervision.Dashboard.Telemetry;
using OpenTelemetry.Proto.Metrics.V1;
using OtlpExemplar = OpenTelemetry.Proto.Metrics.V1.Exemplar;

namespace Intervision.Dashboard.Otlp;

/// <summary>What of metrics is let in: numbers that can be drawn, histograms whose parts agree.</summary>
internal static class MetricAdmission
{
    private const int MaxBuckets = 4096;
    private const int MaxExemplars = 20;

    public static void Admit(this Admission admission, RepeatedField<ResourceMetrics> all)
    {
        foreach (var metric in all.SelectMany(r => admission.Checked(r.Resource, r.ScopeMetrics)).SelectMany(s => s.Metrics))
        {
            metric.Name = Values.Cut(metric.Name, 256);
            metric.Unit = Values.Cut(metric.Unit, 64);
            metric.Description = Values.Cut(metric.Description, 1024);
            Admit(admission, metric);
        }
    }

    private static void Admit(Admission admission, Metric metric)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                admission.Admit("points", metric.Gauge.DataPoints, Refusal, p => Cut(admission, p.Attributes, p.Exemplars));
                break;
            case Metric.DataOneofCase.Sum:
                admission.Admit("points", metric.Sum.DataPoints, Refusal, p => Cut(admission, p.Attributes, p.Exemplars));
                break;
            case Metric.DataOneofCase.Histogram:
                admission.Admit("points", metric.Histogram.DataPoints, Refusal, p => Cut(admission, p.Attributes, p.Exemplars));
                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                admission.Admit("points", metric.ExponentialHistogram.DataPoints, Refusal, p => Cut(admission, p.Attributes, p.Exemplars));
                break;
            case Metric.DataOneofCase.Summary:
                admission.Admit("points", metric.Summary.DataPoints, p => double.IsFinite(p.Sum) ? null : Drops.NotANumber, p => admission.CutAttributes(p.Attributes, _ => { }));
                break;
        }
    }

    /// <summary>A point flagged "no recorded value" says that the series ended: there is nothing to draw.</summary>
    private static string? Refusal(NumberDataPoint point) => point.ValueCase switch
    {
        NumberDataPoint.ValueOneofCase.AsInt => null,
        NumberDataPoint.ValueOneofCase.AsDouble => double.IsFinite(point.AsDouble) ? null : Drops.NotANumber,
        _ => Drops.NoData,
    };

    private static string? Refusal(HistogramDataPoint point) =>
        !double.IsFinite(point.Sum) || !point.ExplicitBounds.All(double.IsFinite) ? Drops.NotANumber
        : point.ExplicitBounds.Count > MaxBuckets || !Agrees(point) ? Drops.BadHistogram
        : null;

    private static bool Agrees(HistogramDataPoint point) =>
        (point.BucketCounts.Count == 0 ? point.ExplicitBounds.Count == 0 : point.BucketCounts.Count == point.ExplicitBounds.Count + 1)
        && point.ExplicitBounds.Zip(point.ExplicitBounds.Skip(1)).All(b => b.First < b.Second)
        && IsSum(point.BucketCounts.Count == 0 ? [point.Count] : point.BucketCounts, point.Count);

    private static string? Refusal(ExponentialHistogramDataPoint point) =>
        !double.IsFinite(point.Sum) ? Drops.NotANumber
        : point.Scale is < -10 or > 20 || (point.Positive?.BucketCounts.Count ?? 0) > MaxBuckets || (point.Negative?.BucketCounts.Count ?? 0) > MaxBuckets
            || Math.Abs((long)(point.Positive?.Offset ?? 0)) > int.MaxValue / 2 || Math.Abs((long)(point.Negative?.Offset ?? 0)) > int.MaxValue / 2
            || !IsSum([.. point.Positive?.BucketCounts ?? [], .. point.Negative?.BucketCounts ?? [], point.ZeroCount], point.Count) ? Drops.BadHistogram
        : null;

    private static bool IsSum(IEnumerable<ulong> counts, ulong total)
    {
        var sum = counts.Aggregate(UInt128.Zero, (all, one) => all + one);
        return sum == total && sum <= long.MaxValue;
    }

    private static void Cut(Admission admission, RepeatedField<OpenTelemetry.Proto.Common.V1.KeyValue> attributes, RepeatedField<OtlpExemplar> exemplars)
    {
        admission.CutAttributes(attributes, _ => { });
        while (exemplars.Count > MaxExemplars)
        {
            exemplars.RemoveAt(exemplars.Count - 1);
        }
    }
}
