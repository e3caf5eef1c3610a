namespace Intervision.Dashboard.Telemetry;

/// <summary>A sender: <c>service.name</c> and <c>service.instance.id</c>.</summary>
internal sealed record TelemetryResource(string Name, string? Instance, IReadOnlyList<Tag> Tags, DateTimeOffset LastSeen);

/// <summary>What one text finds.</summary>
internal sealed record Found(IReadOnlyList<LogRow> Logs, IReadOnlyList<FoundSpan> Spans);

internal sealed record FoundSpan(string TraceId, string SpanId, string Resource, string Name, DateTimeOffset Start, TimeSpan Duration, SpanStatus Status);

/// <param name="Kind">logs, traces, spans, points.</param>
/// <param name="Limit">Rows kept at most.</param>
internal sealed record KindUsage(string Kind, long Rows, long Limit, DateTimeOffset? Oldest);

/// <summary>Something that was not kept, since this start.</summary>
/// <param name="Kind">logs, spans, points, attributes, requests.</param>
/// <param name="Reason">A constant name: QUEUE_FULL, TOO_MANY_SPANS_IN_TRACE, TOO_MANY_SERIES, INVALID_ID, …</param>
internal sealed record DroppedCount(string Kind, string Reason, long Count);

/// <param name="Problem">As SQLite says it, or which version it has.</param>
/// <param name="File">Its name now.</param>
internal sealed record FilePutAside(string Problem, string File);

/// <param name="FileBytes">Of the database and its write-ahead log.</param>
/// <param name="UsedBytes">Of those, not free for reuse.</param>
/// <param name="ProcessBytes">Working set of the app host's process.</param>
/// <param name="PutAside">The file there was at the start, or until it was damaged; null: nothing happened to it.</param>
internal sealed record TelemetryUsage(
    IReadOnlyList<KindUsage> Kinds, long FileBytes, long UsedBytes, long LimitBytes, long ProcessBytes, long ManagedBytes,
    long QueuedBytes, long QueueLimitBytes, IReadOnlyList<DroppedCount> Dropped, FilePutAside? PutAside,
    DateTimeOffset RunStarted, long Runs);
