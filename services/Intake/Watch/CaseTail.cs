using System.Globalization;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.Watch;

/// <summary>
/// Reads what is new in the history, once for all watchers of this process and only while there are any. It asks every
/// <c>Intake:Watch:Every</c> (100 ms): that finds what other instances wrote just as well, and costs the writers nothing.
/// </summary>
internal sealed class CaseTail(Db db, IConfiguration configuration, TimeProvider time, ILogger<CaseTail> logger) : BackgroundService
{
    /// <summary>More than this at once is not kept for anybody: every watcher reads it from the database, in pages.</summary>
    private const int LargestBatch = 2_000;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly SemaphoreSlim bell = new(0, 1);
    private readonly TimeSpan every = configuration.GetValue("Intake:Watch:Every", TimeSpan.FromMilliseconds(100));
    private TaskCompletionSource? awaited;
    private int listeners;

    public RecentChanges Recent { get; } = new();

    /// <summary>Keeps the tail reading until disposed of.</summary>
    /// <returns>Once everything committed before the call is seen.</returns>
    public async Task<IDisposable> Listen(CancellationToken cancellation)
    {
        Task look;
        lock (gate)
        {
            listeners++;
            look = (awaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (bell.CurrentCount == 0)
            {
                bell.Release();
            }
        }

        var listening = new Listening(this);
        try
        {
            await look.WaitAsync(cancellation);
            return listening;
        }
        catch
        {
            listening.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        bell.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await bell.WaitAsync(HasListeners ? every : Timeout.InfiniteTimeSpan, stoppingToken);
            if (!HasListeners)
            {
                // Nobody is there to miss anything; whoever comes next begins anew.
                Recent.Begin(null);
                continue;
            }

            if (!await TryLook(stoppingToken))
            {
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    private bool HasListeners => Volatile.Read(ref listeners) > 0;

    private async Task<bool> TryLook(CancellationToken cancellation)
    {
        TaskCompletionSource? waiting;
        lock (gate)
        {
            (waiting, awaited) = (awaited, null);
        }

        try
        {
            await Look(cancellation);
            waiting?.SetResult();
            return true;
        }
        catch (NpgsqlException failure)
        {
            // Watchers stay where they are: what they have not seen is found when the database is back.
            logger.LogWarning("The history could not be read ({Kind}); again in a second", failure.GetType().Name);
            waiting?.SetException(failure);
            return false;
        }
        catch (OperationCanceledException)
        {
            waiting?.SetCanceled(CancellationToken.None);
            throw;
        }
    }

    private async Task Look(CancellationToken cancellation)
    {
        if (Recent.Seen is not { } seen)
        {
            Recent.Begin(await db.Read(WatchSql.Now, cancellation));
            return;
        }

        var readAt = time.GetTimestamp();
        var rows = await db.Read(tx => WatchSql.New(tx, seen, LargestBatch + 1), cancellation);
        if (rows.Count > LargestBatch)
        {
            Recent.Begin(await db.Read(WatchSql.Now, cancellation));
        }
        else if (rows.Count > 0)
        {
            var high = rows.Max(r => ulong.Parse(r.Transaction, CultureInfo.InvariantCulture));
            Recent.Add(Position.After(Math.Max(high, seen.High), rows[0].Snapshot), [.. rows.Where(r => r.MustBeTold)], readAt);
        }
    }

    private sealed class Listening(CaseTail tail) : IDisposable
    {
        private int done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref done, 1) == 0)
            {
                Interlocked.Decrement(ref tail.listeners);
            }
        }
    }
}
