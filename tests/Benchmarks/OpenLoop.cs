using System.Diagnostics;

namespace Intervision.Benchmarks;

/// <summary>Milliseconds.</summary>
internal sealed record Percentiles(double P50, double P99, double Worst)
{
    public static Percentiles Of(IEnumerable<double> latencies)
    {
        var sorted = latencies.Order().ToList();
        return new(Math.Round(sorted[sorted.Count / 2], 2), Math.Round(sorted[(int)(sorted.Count * 0.99)], 2), Math.Round(sorted[^1], 2));
    }
}

/// <summary>
/// Calls at a steady rate, whether or not the earlier ones are answered, as many callers independent of each other make
/// them. The latency counts from the instant the call was meant for, so that a server that stalls cannot hide it by
/// holding back the next calls.
/// </summary>
internal static class OpenLoop
{
    /// <param name="call">The n-th call.</param>
    /// <returns>Latency of each call in order, milliseconds; of the warm-up's calls none.</returns>
    public static async Task<double[]> Measure(int perSecond, TimeSpan warmUp, TimeSpan measured, Func<int, Task> call)
    {
        var warm = (int)(perSecond * warmUp.TotalSeconds);
        var total = warm + (int)(perSecond * measured.TotalSeconds);
        var calls = new Task<double>[total];
        var start = Stopwatch.GetTimestamp();
        // A thread of its own: timers of the pool come up to two milliseconds late, which would count as the server's.
        await Task.Factory.StartNew(Send, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return (await Task.WhenAll(calls))[warm..];

        void Send()
        {
            using var never = new ManualResetEvent(initialState: false);
            for (var n = 0; n < total; n++)
            {
                WaitUntil(n * 1000.0 / perSecond, never);
                calls[n] = Timed(n);
            }
        }

        void WaitUntil(double milliseconds, WaitHandle never)
        {
            for (var left = milliseconds; left > 0; left = milliseconds - Stopwatch.GetElapsedTime(start).TotalMilliseconds)
            {
                if (left > 1.5)
                {
                    never.WaitOne(1);
                }
                else
                {
                    Thread.Yield();
                }
            }
        }

        async Task<double> Timed(int n)
        {
            await call(n);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds - (n * 1000.0 / perSecond);
        }
    }
}
