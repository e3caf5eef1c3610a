namespace Intervision.Dashboard.Telemetry;

/// <summary>Which traces. What is not said does not restrict.</summary>
internal sealed record TraceQuery
{
    /// <summary>Words that must all occur in one span's name, status or attribute values; the last one may be a beginning. A trace id finds its trace.</summary>
    public string? Text { get; init; }
    /// <summary>Traces in which this resource takes part.</summary>
    public string? Resource { get; init; }
    public TimeSpan? MinimumDuration { get; init; }
    public bool OnlyErrors { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }
    public long? Before { get; init; }
    /// <summary>At most 1000.</summary>
    public int Limit { get; init; } = 100;
}

/// <param name="Name">Of the root, or of the earliest span while the root has not come.</param>
/// <param name="Resource">Whose root it is.</param>
/// <param name="Resources">All that take part, with their numbers of spans.</param>
/// <param name="HasRoot">False: the span that began it is not here (not sampled, dropped, or still running).</param>
internal sealed record TraceRow(
    long Id, string TraceId, string Name, string Resource, DateTimeOffset Start, TimeSpan Duration, int Spans, int Errors,
    IReadOnlyList<ResourceShare> Resources, bool HasRoot, bool EarlierRun);

internal sealed record ResourceShare(string Resource, int Spans);

internal enum SpanStatus { Unset, Ok, Error }

internal enum SpanKind { Unspecified, Internal, Server, Client, Producer, Consumer }

internal sealed record SpanEvent(DateTimeOffset Time, string Name, IReadOnlyList<Tag> Tags);

internal sealed record SpanLink(string TraceId, string SpanId, IReadOnlyList<Tag> Tags);

/// <summary>A span in its place in the picture.</summary>
/// <param name="ParentId">As told by the sender; the parent need not be here.</param>
/// <param name="ParentMissing">It has a parent that is not here: drawn at the first level.</param>
/// <param name="Depth">0 at the first level.</param>
/// <param name="Start">As drawn.</param>
/// <param name="Shift">
/// Added to what the sender's clock said: a child on another machine's clock that began before its parent is moved, with what
/// hangs below it, to where its parent began; a time out of all bounds is replaced by that of arrival. Zero: drawn as told.
/// </param>
/// <param name="DroppedTags">How many attributes, events and links were left out, by the sender or at our limits.</param>
internal sealed record SpanRow(
    string SpanId, string? ParentId, bool ParentMissing, int Depth, string Resource, string? Instance, string Scope, string Name,
    SpanKind Kind, SpanStatus Status, string? StatusMessage, DateTimeOffset Start, TimeSpan Duration, TimeSpan Shift,
    IReadOnlyList<Tag> Tags, IReadOnlyList<SpanEvent> Events, IReadOnlyList<SpanLink> Links, IReadOnlyList<Tag> ResourceTags, int DroppedTags);

/// <summary>One trace whole.</summary>
/// <param name="Spans">In drawing order: each parent before its children, children by start.</param>
/// <param name="Logs">Oldest first, at most 1000.</param>
/// <param name="Start">The earliest start as drawn.</param>
/// <param name="Truncated">More spans than are shown (5000).</param>
internal sealed record TracePicture(
    TraceRow Row, DateTimeOffset Start, TimeSpan Duration, IReadOnlyList<SpanRow> Spans, IReadOnlyList<LogRow> Logs, bool Truncated);
