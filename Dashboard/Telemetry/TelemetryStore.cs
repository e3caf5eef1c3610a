namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// What services have said by OTLP, on disk. Every query runs on a connection of its own, sees what has been committed, and is
/// stopped after a time limit (<see cref="QueryTooSlowException"/>). Safe for concurrent use.
/// </summary>
internal sealed partial class TelemetryStore : IAsyncDisposable
{
    /// <summary>Rises with each commit: give it to <see cref="Changed"/>.</summary>
    public long Version { get; private set; }

    /// <summary>Completes when something was committed after <paramref name="seen"/>, at most ten times a second, with the new version.</summary>
    public Task<long> Changed(long seen, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public Task<Page<LogRow>> Logs(LogQuery query, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <summary>For following: what matches and came after <paramref name="id"/>, oldest first, at most <c>Limit</c>.</summary>
    public Task<IReadOnlyList<LogRow>> LogsAfter(long id, LogQuery query, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public Task<LogEntry?> Log(long id, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <summary>Logs of severity error and above of this run, by resource.</summary>
    public Task<IReadOnlyDictionary<string, long>> ErrorCounts(CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <summary>Keys seen in the latest logs, to propose as filters.</summary>
    public Task<IReadOnlyList<string>> LogKeys(string? resource, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public Task<Page<TraceRow>> Traces(TraceQuery query, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <param name="traceId">32 hexadecimal digits; anything else finds nothing.</param>
    public Task<TracePicture?> Trace(string traceId, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public Task<IReadOnlyList<TelemetryResource>> Resources(CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <param name="resource">Null: of all.</param>
    public Task<IReadOnlyList<Instrument>> Instruments(string? resource, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public Task<Chart?> Chart(ChartQuery query, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <summary>The last values of all series of the instruments of these names, in this run.</summary>
    public Task<IReadOnlyList<LatestValue>> Latest(IReadOnlyCollection<string> instruments, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <summary>One text over logs and spans, newest first.</summary>
    /// <param name="limit">Of each kind, at most 200.</param>
    public Task<Found> Search(string text, int limit, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public Task<TelemetryUsage> Usage(CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    /// <summary>Removes all that is stored, or what one resource said.</summary>
    public Task Clear(string? resource, CancellationToken cancellation) => throw new NotSupportedException("Not yet.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The query's time limit has passed; the message is for people.</summary>
internal sealed class QueryTooSlowException() : Exception("La recherche a pris trop de temps : restreignez la période ou la ressource.");
