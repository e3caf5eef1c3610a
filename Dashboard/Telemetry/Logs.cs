namespace Intervision.Dashboard.Telemetry;

/// <summary>One attribute as shown: numbers and booleans in invariant form, lists and maps as JSON, bytes in base64.</summary>
internal sealed record Tag(string Key, string Value);

internal enum TagTest { Is, IsNot, Contains, Exists }

/// <param name="Value">Without meaning for <see cref="TagTest.Exists"/>.</param>
internal sealed record TagFilter(string Key, TagTest Test, string Value = "");

/// <summary>A page of a list, newest first.</summary>
/// <param name="Next">To give as <c>Before</c> for the page after this one; null: there is none.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, long? Next);

/// <summary>Which logs. What is not said does not restrict.</summary>
internal sealed record LogQuery
{
    /// <summary>Words that must all occur in the message or an attribute's value; the last one may be a beginning. Accents and case do not matter.</summary>
    public string? Text { get; init; }
    public string? Resource { get; init; }
    /// <summary>OTLP's severity: 1 trace, 5 debug, 9 information, 13 warning, 17 error, 21 critical.</summary>
    public int MinimumSeverity { get; init; }
    public IReadOnlyList<TagFilter> Tags { get; init; } = [];
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }
    /// <summary>32 hexadecimal digits.</summary>
    public string? TraceId { get; init; }
    public string? SpanId { get; init; }
    /// <summary>Only logs older than this id.</summary>
    public long? Before { get; init; }
    /// <summary>At most 1000.</summary>
    public int Limit { get; init; } = 100;
}

/// <param name="Id">Rises with arrival.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="EarlierRun">Kept from before this start of the app host.</param>
internal sealed record LogRow(
    long Id, DateTimeOffset Time, int Severity, string Resource, string? Instance, string Category, string Message,
    string? TraceId, string? SpanId, bool EarlierRun)
{
    public bool IsError => Severity >= 17;
}

/// <param name="ClaimedTime">What the sender's clock said, when it was too far off to be believed; <c>Row.Time</c> is then when it came.</param>
/// <param name="DroppedTags">How many attributes were left out, by the sender or at our limit.</param>
internal sealed record LogEntry(
    LogRow Row, string? EventName, IReadOnlyList<Tag> Tags, IReadOnlyList<Tag> ResourceTags, DateTimeOffset? ClaimedTime, int DroppedTags);
