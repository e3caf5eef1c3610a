using System.Collections.Concurrent;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>What a service does by itself goes on whatever happens to one run.</summary>
public sealed class RepeatedJobTests
{
    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task At_the_start_then_at_its_interval_and_soon_after_a_failure()
    {
        var time = new HourGlass();
        using var job = new Job(time, [null, new Npgsql.NpgsqlException("away"), new InvalidOperationException("wrong"), new OperationCanceledException(), null]);
        await job.StartAsync(CancellationToken.None);
        foreach (var (runs, wait) in new[] { (1, Daily), (2, Soon), (3, Soon), (4, Soon), (5, Daily) })
        {
            await Eventually.Is(() => Task.FromResult(job.Runs), r => r == runs, $"run {runs}");
            await Eventually.IsTrue(() => Task.FromResult(time.Turn(wait)), $"after run {runs} it waits for {wait}");
        }

        await Eventually.Is(() => Task.FromResult(job.Runs), r => r == 6, "run 6");
        await job.StopAsync(CancellationToken.None);
        Assert.True(job.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Stopped_in_the_midst_it_stops()
    {
        using var job = new Job(new HourGlass(), [], endless: true);
        await job.StartAsync(CancellationToken.None);
        await Eventually.Is(() => Task.FromResult(job.Runs), r => r == 1, "it runs");
        await job.StopAsync(CancellationToken.None);
        Assert.True(job.ExecuteTask!.IsCompletedSuccessfully);
    }

    private sealed class Job(TimeProvider time, IEnumerable<Exception?> failures, bool endless = false)
        : RepeatedJob(Daily, time, NullLogger<RepeatedJobTests>.Instance)
    {
        private readonly ConcurrentQueue<Exception?> failures = new(failures);
        private int runs;

        public int Runs => Volatile.Read(ref runs);

        protected override async Task Run(CancellationToken stopping)
        {
            var failure = failures.TryDequeue(out var next) ? next : null;
            Interlocked.Increment(ref runs);
            if (endless)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            }

            if (failure is not null)
            {
                throw failure;
            }
        }
    }
}
