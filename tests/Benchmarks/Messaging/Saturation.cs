using System.Diagnostics;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Messaging;

/// <summary>Writers as fast as they can, with relay, broker, inbox and both databases on the same cores.</summary>
internal static class Saturation
{
    /// <returns>Events committed and applied per second, counted until the last is applied.</returns>
    public static async Task<double> Measure(TestPostgres postgres, TestBroker broker, int writers, TimeSpan duration, Audit audit)
    {
        await using var bench = await Bench.New(postgres, broker);
        await bench.Hearer();
        var sayer = await bench.Sayer();
        var started = Stopwatch.GetTimestamp();
        var written = await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            var ids = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7()).ToList();
            var count = 0;
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                await sayer.Db.InTransaction(
                    tx => Outbox.Append(tx, ids[count % ids.Count], "communes/59", TimeProvider.System.GetUtcNow(), [Bench.Event]), CancellationToken.None);
                count++;
            }

            return count;
        }));
        await bench.AwaitApplied(written.Sum());
        var elapsed = Stopwatch.GetElapsedTime(started);
        await audit.Check(bench);
        return written.Sum() / elapsed.TotalSeconds;
    }
}
