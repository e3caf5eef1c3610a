using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Messaging;

/// <summary>At a steady rate: from the return of the commit to the moment the effect is visible to others.</summary>
internal static class Latency
{
    /// <returns>Milliseconds.</returns>
    public static async Task<(double P50, double P99)> Measure(TestPostgres postgres, TestBroker broker, int perSecond, int seconds, Audit audit)
    {
        await using var bench = await Bench.New(postgres, broker);
        var committed = new Dictionary<(Guid, long), long>();
        var visible = new ConcurrentDictionary<(Guid, long), long>();
        await bench.Hearer();
        var sayer = await bench.Sayer();
        using var stop = new CancellationTokenSource();
        var watching = Watch(bench.Heard, visible, stop.Token);
        var ids = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7()).ToList();
        var warm = perSecond * 3;
        var total = warm + (perSecond * seconds);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        for (var i = 0; i < total; i++)
        {
            var (id, no) = (ids[i % ids.Count], (i / ids.Count) + 1L);
            await sayer.Db.InTransaction(tx => Outbox.Append(tx, id, "communes/59", TimeProvider.System.GetUtcNow(), [Bench.Event]), CancellationToken.None);
            if (i >= warm)
            {
                committed[(id, no)] = Stopwatch.GetTimestamp();
            }

            await pace.WaitForNextTickAsync();
        }

        await Eventually.IsTrue(() => Task.FromResult(visible.Count >= total), "every effect seen");
        await stop.CancelAsync();
        await watching;
        await audit.Check(bench);
        var sorted = committed.Select(c => Math.Max(0, Stopwatch.GetElapsedTime(c.Value, visible[c.Key]).TotalMilliseconds)).Order().ToList();
        return (sorted[sorted.Count / 2], sorted[(int)(sorted.Count * 0.99)]);
    }

    /// <summary>Looks for new effects all the time, as a reader of the consumer's database would.</summary>
    private static async Task Watch(string owner, ConcurrentDictionary<(Guid, long), long> visible, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(owner + ";Max Auto Prepare=5");
        await connection.OpenAsync(CancellationToken.None);
        long last = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!stop.IsCancellationRequested)
        {
            // Identity values may become visible out of order: look back a little.
            var rows = await connection.QueryAsync<(long Id, Guid Aggregate, long No)>(
                "select id, aggregate_id, stream_no from benchmark_effect where id > @from order by id", new { from = last - 20 });
            var now = Stopwatch.GetTimestamp();
            foreach (var (id, aggregate, no) in rows)
            {
                last = Math.Max(last, id);
                visible.TryAdd((aggregate, no), now);
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
