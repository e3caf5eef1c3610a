using Intervision.Dashboard.Telemetry.Reading;
using Intervision.Dashboard.Telemetry.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Proto.Resource.V1;

namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// What services have said by OTLP, on disk. Every query runs on a connection of its own, sees what has been committed, and is
/// stopped after a time limit (<see cref="QueryTooSlowException"/>). Safe for concurrent use.
/// </summary>
internal sealed class TelemetryStore : IAsyncDisposable
{
    private readonly TelemetryFile file;
    private readonly TelemetryWriter writer;
    private readonly Readers readers;
    private volatile TaskCompletionSource<long> next = NewSignal();
    private long version;

    public TelemetryStore(string path, TelemetryOptions options, TimeProvider clock, ILogger logger)
    {
        Options = options;
        file = new TelemetryFile(path, clock);
        writer = new TelemetryWriter(file, options, Drops, clock, logger, Committed);
        readers = new Readers(file, options.QueryTimeLimit);
    }

    public TelemetryOptions Options { get; }

    public Drops Drops { get; } = new();

    /// <summary>Rises with each commit: give it to <see cref="Changed"/>.</summary>
    public long Version => Interlocked.Read(ref version);

    /// <summary>Takes an export request for writing.</summary>
    /// <param name="sender">Whose share of the queue it uses.</param>
    /// <param name="bytes">As received.</param>
    /// <returns>False when the queue is full.</returns>
    public bool TryAdd(object request, string sender, string kind, long records, int bytes)
    {
        var isTaken = writer.TryAdd(request, sender, kind, records, bytes);
        if (!isTaken)
        {
            Drops.Add(kind, Drops.QueueFull, records);
        }

        return isTaken;
    }

    /// <summary>Completes when something was committed after <paramref name="seen"/>, at most ten times a second, with the new version.</summary>
    public Task<long> Changed(long seen, CancellationToken cancellation)
    {
        var signal = next;
        return Version > seen ? Task.FromResult(Version) : signal.Task.WaitAsync(cancellation);
    }

    public Task<Page<LogRow>> Logs(LogQuery query, CancellationToken cancellation) => Read(c => Logs(c).Page(query), cancellation);

    /// <summary>For following: what matches and came after <paramref name="id"/>, oldest first, at most <c>Limit</c>.</summary>
    public Task<IReadOnlyList<LogRow>> LogsAfter(long id, LogQuery query, CancellationToken cancellation) => Read(c => Logs(c).After(id, query), cancellation);

    public Task<LogEntry?> Log(long id, CancellationToken cancellation) => Read(c => Logs(c).One(id), cancellation);

    /// <summary>Logs of severity error and above of this run, by resource.</summary>
    public Task<IReadOnlyDictionary<string, long>> ErrorCounts(CancellationToken cancellation) => Read(c => Logs(c).Errors(), cancellation);

    /// <summary>Keys seen in the latest logs, to propose as filters.</summary>
    public Task<IReadOnlyList<string>> LogKeys(string? resource, CancellationToken cancellation) => Read(c => Logs(c).Keys(resource), cancellation);

    public Task<Page<TraceRow>> Traces(TraceQuery query, CancellationToken cancellation) => Read(c => Traces(c).Page(query), cancellation);

    /// <param name="traceId">32 hexadecimal digits; anything else finds nothing.</param>
    public Task<TracePicture?> Trace(string traceId, CancellationToken cancellation) => Read(c => Traces(c).One(traceId), cancellation);

    /// <summary>Who has sent something, the latest first, at most 1000.</summary>
    public Task<IReadOnlyList<TelemetryResource>> Resources(CancellationToken cancellation) => Read<IReadOnlyList<TelemetryResource>>(
        c => new Sql("select v.name, r.instance, r.detail, r.seen from resource r join service v on v.id = r.service order by r.seen desc, v.name limit 1000")
            .Read(c, row => new TelemetryResource(
                row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), Values.Tags(Resource.Parser.ParseFrom((byte[])row[2]).Attributes), Instants.Time(row.GetInt64(3)))),
        cancellation);

    /// <param name="resource">Null: of all.</param>
    public Task<IReadOnlyList<Instrument>> Instruments(string? resource, CancellationToken cancellation) => Read(c => Metrics(c).Instruments(resource), cancellation);

    public Task<Chart?> Chart(ChartQuery query, CancellationToken cancellation) => Read(c => Metrics(c).Chart(query), cancellation);

    /// <summary>The last values of all series of the instruments of these names, in this run: of counters, also what nobody tells any more.</summary>
    public Task<IReadOnlyList<LatestValue>> Latest(IReadOnlyCollection<string> instruments, CancellationToken cancellation) =>
        Read(c => Metrics(c).Latest(instruments), cancellation);

    /// <summary>The same, with what they were since a time, which costs a look into the points of each.</summary>
    public Task<IReadOnlyList<LatestValue>> Latest(IReadOnlyCollection<string> instruments, DateTimeOffset since, CancellationToken cancellation) =>
        Read(c => Metrics(c).Latest(instruments, Instants.Bound(since)), cancellation);

    /// <summary>One text over logs and spans, newest first.</summary>
    /// <param name="limit">Of each kind, at most 200.</param>
    public Task<Found> Search(string text, int limit, CancellationToken cancellation)
    {
        limit = Math.Clamp(limit, 1, 200);
        return FullText.Query(text) is { } words
            ? Read(c => new Found(Logs(c).Page(new LogQuery { Text = text, Limit = limit }).Items, Traces(c).Search(words, limit)), cancellation)
            : Task.FromResult(new Found([], []));
    }

    public Task<TelemetryUsage> Usage(CancellationToken cancellation) => Read(c => UsageReader.Read(c, writer, file, Options, Drops), cancellation);

    /// <summary>Removes all that is stored, or what one resource said.</summary>
    public Task Clear(string? resource, CancellationToken cancellation) => writer.Do(pruning => pruning.Clear(resource)).WaitAsync(cancellation);

    /// <summary>Completes when all that was taken so far can be read.</summary>
    public Task Written() => writer.Do(_ => { });

    /// <summary>Lets nothing be written until then: for tests of a full queue.</summary>
    internal Task Hold(Task until) => writer.Do(_ => until.GetAwaiter().GetResult());

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        readers.Dispose();
    }

    private LogReader Logs(SqliteConnection connection) => new(connection, writer.Run.FirstLog);

    private TraceReader Traces(SqliteConnection connection) => new(connection, writer.Run.FirstTrace);

    private MetricReader Metrics(SqliteConnection connection) => new(connection, writer.Run.Started);

    private Task<T> Read<T>(Func<SqliteConnection, T> query, CancellationToken cancellation) => readers.Read(writer.Generation, query, cancellation);

    private void Committed()
    {
        var now = Interlocked.Increment(ref version);
        Interlocked.Exchange(ref next, NewSignal()).TrySetResult(now);
    }

    private static TaskCompletionSource<long> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed class QueryTooSlowException() : Exception("The query was stopped at its time limit.");
