using OpenTelemetry.Proto.Metrics.V1;

namespace Intervision.Dashboard.Telemetry.Reading;

/// <summary>
/// Measurements counted by interval. Histograms of different bounds and scales add up: an interval is its two bounds, nothing
/// else. Within one, measurements are taken to be evenly spread.
/// </summary>
internal sealed class Distribution
{
    private readonly Dictionary<(double Low, double High), double> counts = [];
    private double sum;

    public void Add(Distribution other)
    {
        foreach (var (interval, count) in other.counts)
        {
            counts[interval] = counts.GetValueOrDefault(interval) + count;
        }

        sum += other.sum;
    }

    /// <summary>What was measured between two cumulative points; the later whole when the sender has begun anew.</summary>
    public static Distribution Between(HistogramDataPoint? earlier, HistogramDataPoint later)
    {
        var isSame = earlier is not null && earlier.Count <= later.Count && earlier.ExplicitBounds.Equals(later.ExplicitBounds) && earlier.BucketCounts.Count == later.BucketCounts.Count;
        var result = new Distribution { sum = later.Sum - (isSame ? earlier!.Sum : 0) };
        for (var i = 0; i < later.BucketCounts.Count; i++)
        {
            result.Count(Interval(later, i), later.BucketCounts[i] - (double)(isSame ? earlier!.BucketCounts[i] : 0));
        }

        return result;
    }

    public static Distribution Between(ExponentialHistogramDataPoint? earlier, ExponentialHistogramDataPoint later)
    {
        // A sender widens its buckets as it goes: the earlier point is counted in those of the later one.
        var isSame = earlier is not null && earlier.Count <= later.Count && earlier.Scale >= later.Scale;
        var result = new Distribution { sum = later.Sum - (isSame ? earlier!.Sum : 0) };
        result.Add(later, later.Scale, 1);
        if (isSame)
        {
            result.Add(earlier!, later.Scale, -1);
        }

        return result;
    }

    public Percentiles? Percentiles()
    {
        var total = counts.Values.Sum();
        return total < 1 ? null : new Percentiles(At(0.5, total), At(0.9, total), At(0.99, total), (long)total, sum);
    }

    private double At(double share, double total)
    {
        var wanted = share * total;
        var before = 0.0;
        var high = 0.0;
        foreach (var (interval, count) in counts.Where(c => c.Value > 0).OrderBy(c => c.Key.High).ThenBy(c => c.Key.Low))
        {
            if (before + count >= wanted)
            {
                return interval.Low + ((interval.High - interval.Low) * (wanted - before) / count);
            }

            (before, high) = (before + count, interval.High);
        }

        return high;
    }

    private void Count((double Low, double High) interval, double count)
    {
        if (count != 0)
        {
            counts[interval] = counts.GetValueOrDefault(interval) + count;
        }
    }

    private static (double Low, double High) Interval(HistogramDataPoint point, int bucket)
    {
        var bounds = point.ExplicitBounds;
        if (bounds.Count == 0)
        {
            return (point.HasMin ? point.Min : 0, point.HasMax ? point.Max : 0);
        }

        // The first and the last have one bound: the other is taken from what was really measured, when that is told.
        return bucket == 0 ? (point.HasMin && point.Min <= bounds[0] ? point.Min : Math.Min(0, bounds[0]), bounds[0])
            : bucket < bounds.Count ? (bounds[bucket - 1], bounds[bucket])
            : (bounds[^1], point.HasMax && point.Max > bounds[^1] ? point.Max : bounds[^1]);
    }

    private void Add(ExponentialHistogramDataPoint point, int scale, int sign)
    {
        Count((0, 0), sign * (double)point.ZeroCount);
        Add(point.Positive, point.Scale - scale, scale, sign, isNegative: false);
        Add(point.Negative, point.Scale - scale, scale, sign, isNegative: true);
    }

    private void Add(ExponentialHistogramDataPoint.Types.Buckets? buckets, int coarser, int scale, int sign, bool isNegative)
    {
        for (var i = 0; i < (buckets?.BucketCounts.Count ?? 0); i++)
        {
            var index = (buckets!.Offset + i) >> Math.Min(coarser, 31);
            var (low, high) = (Bound(index, scale), Bound(index + 1, scale));
            Count(isNegative ? (-high, -low) : (low, high), sign * (double)buckets.BucketCounts[i]);
        }
    }

    /// <summary>2^(index · 2^-scale), at the ends of what a double can say.</summary>
    private static double Bound(int index, int scale) => Math.Clamp(Math.Pow(2, index * Math.Pow(2, -scale)), 0, double.MaxValue);
}
