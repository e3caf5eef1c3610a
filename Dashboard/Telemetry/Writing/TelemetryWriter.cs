using System.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>The one that writes: many requests in one transaction, at most ten transactions a second while there is time.</summary>
internal sealed class TelemetryWriter : IAsyncDisposable
{
    private const int BatchRecords = 20_000;
    private const int BatchBytes = 4 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly TelemetryFile file;
    private readonly TelemetryOptions limits;
    private readonly Drops drops;
    private readonly LeftOut leftOut;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Action committed;
    private readonly WaitingRequests waiting;
    private readonly CancellationTokenSource hurry = new();
    private readonly Task loop;
    private SqliteConnection connection;
    private Pruning pruning;
    private Rows rows;
    private RowCounts counts;

    /// <param name="committed">Called after each transaction.</param>
    public TelemetryWriter(TelemetryFile file, TelemetryOptions limits, Drops drops, TimeProvider clock, ILogger logger, Action committed)
    {
        (this.file, this.limits, this.drops, this.clock, this.logger, this.committed) = (file, limits, drops, clock, logger, committed);
        leftOut = new LeftOut(drops);
        waiting = new WaitingRequests(limits.QueueBytes);
        connection = Open(out pruning, out rows);
        loop = Task.Run(Loop);
    }

    public Run Run { get; private set; } = null!;
    public RowCounts Counts => counts;
    public long UsedBytes { get; private set; }
    public long WaitingBytes => waiting.Bytes;

    /// <summary>Rises when the file was replaced: what was opened before reads another one.</summary>
    public int Generation { get; private set; }

    /// <returns>False when the queue is full.</returns>
    public bool TryAdd(object request, string sender, string kind, long records, int bytes) =>
        waiting.TryAdd(new Waiting(request, sender, kind, records, bytes, Instants.Of(clock.GetUtcNow())));

    /// <summary>Does something between two batches, in a transaction of its own.</summary>
    public Task Do(Action<Pruning> action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return waiting.TryAdd(new Waiting(action, "", "", 0, 0, 0) { Done = done }) ? done.Task : throw new ObjectDisposedException(nameof(TelemetryWriter));
    }

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Complete();
        await hurry.CancelAsync();
        await loop;
        rows.Dispose();
        await connection.DisposeAsync();
        hurry.Dispose();
    }

    private async Task Loop()
    {
        var batch = new List<Waiting>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            Take(batch);
            Guarded(batch);
            committed();
            if (!waiting.Reader.TryPeek(out _) && !hurry.IsCancellationRequested)
            {
                await Task.Delay(Pause, hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(List<Waiting> batch)
    {
        batch.Clear();
        for (var (records, bytes) = (0L, 0L); records < BatchRecords && bytes < BatchBytes && waiting.Reader.TryRead(out var next);)
        {
            batch.Add(next);
            (records, bytes) = (records + next.Records, bytes + next.Bytes);
        }
    }

    /// <summary>All in one transaction; when that fails each in its own, so that one bad request costs only itself.</summary>
    private void Guarded(List<Waiting> batch)
    {
        if (!TryWrite(batch))
        {
            foreach (var one in batch)
            {
                if (!TryWrite([one]))
                {
                    drops.AddLate(one.Sender, one.Kind.Length > 0 ? one.Kind : "requests", Drops.StoreFailed, Math.Max(1, one.Records));
                }
            }
        }

        foreach (var one in batch)
        {
            waiting.Taken(one);
            one.Done?.TrySetResult();
        }
    }

    private bool TryWrite(IReadOnlyCollection<Waiting> batch)
    {
        try
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            var after = counts;
            foreach (var one in batch)
            {
                if (one.Request is Action<Pruning> action)
                {
                    rows.Flush(Instants.Of(clock.GetUtcNow()));
                    action(pruning);
                    rows.Dispose();
                    rows = new Rows(connection, limits, leftOut);
                    after = pruning.Count();
                    continue;
                }

                leftOut.Sender = one.Sender;
                var added = rows.Write(one.Request, one.Arrival);
                after = new(after.Logs + added.Logs, after.Traces, after.Spans + added.Spans, after.Points + added.Points);
            }

            after.Traces += rows.Flush(Instants.Of(clock.GetUtcNow()));
            after = Bounded(after);
            transaction.Commit();
            counts = after;
            leftOut.Tell();
            return true;
        }
        catch (Exception failure)
        {
            logger.LogError(failure, "Telemetry could not be stored");
            leftOut.Forget();
            Recover(failure);
            return false;
        }
    }

    private RowCounts Bounded(RowCounts now)
    {
        var pruned = pruning.ToCounts(now);
        UsedBytes = pruning.UsedBytes();
        for (var i = 0; i < 20 && UsedBytes > limits.MaxBytes; i++)
        {
            pruned = pruning.ToBytes(pruned);
            UsedBytes = pruning.UsedBytes();
        }

        if (pruned.Traces != now.Traces)
        {
            rows.ForgetTraces();
        }

        return pruned;
    }

    /// <summary>After a rollback. Whatever goes wrong here is met again, and tried again, at the next batch.</summary>
    private void Recover(Exception failure)
    {
        try
        {
            rows.Dispose();
            if (failure is SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } || connection.State != ConnectionState.Open)
            {
                connection.Dispose();
                file.PutAside(failure.Message);
                Generation++;
                connection = Open(out pruning, out rows);
                return;
            }

            if (failure is SqliteException { SqliteErrorCode: raw.SQLITE_FULL })
            {
                using var transaction = connection.BeginTransaction(deferred: false);
                counts = pruning.ToBytes(counts);
                transaction.Commit();
            }

            rows = new Rows(connection, limits, leftOut);
        }
        catch (Exception second) when (second is SqliteException or IOException or InvalidOperationException)
        {
            logger.LogError(second, "The telemetry store could not be repaired");
        }
    }

    private SqliteConnection Open(out Pruning pruning, out Rows rows)
    {
        var opened = file.Open(limits.MaxBytes);
        pruning = new Pruning(opened, limits);
        pruning.Orphans();
        Run = Run.Begin(opened, Instants.Of(clock.GetUtcNow()));
        counts = pruning.Count();
        UsedBytes = pruning.UsedBytes();
        rows = new Rows(opened, limits, leftOut);
        return opened;
    }
}
