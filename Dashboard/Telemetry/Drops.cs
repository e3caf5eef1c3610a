using System.Collections.Concurrent;

namespace Intervision.Dashboard.Telemetry;

/// <summary>What was not kept since this start, by kind and reason: told to the sender where it can be, and on the usage page.</summary>
internal sealed class Drops
{
    public const string QueueFull = "QUEUE_FULL";
    public const string InvalidId = "INVALID_ID";
    public const string TooManyAttributes = "TOO_MANY_ATTRIBUTES";
    public const string TooManyEvents = "TOO_MANY_EVENTS";
    public const string TooManyLinks = "TOO_MANY_LINKS";
    public const string TooManySpansInTrace = "TOO_MANY_SPANS_IN_TRACE";
    public const string TooManySeries = "TOO_MANY_SERIES";
    public const string TooManyInstruments = "TOO_MANY_INSTRUMENTS";
    public const string TooManyResources = "TOO_MANY_RESOURCES";
    public const string NotANumber = "NOT_A_NUMBER";
    public const string NoData = "NO_DATA";
    public const string BadHistogram = "BAD_HISTOGRAM";
    public const string StoreFailed = "STORE_FAILED";
    public const string Unauthenticated = "UNAUTHENTICATED";
    public const string TooLarge = "TOO_LARGE";
    public const string Unreadable = "UNREADABLE";

    private readonly ConcurrentDictionary<(string Kind, string Reason), long> counts = [];

    public void Add(string kind, string reason, long count = 1)
    {
        if (count > 0)
        {
            counts.AddOrUpdate((kind, reason), count, (_, known) => known + count);
        }
    }

    public IReadOnlyList<DroppedCount> All() =>
        [.. counts.Select(c => new DroppedCount(c.Key.Kind, c.Key.Reason, c.Value)).OrderBy(c => c.Kind, StringComparer.Ordinal).ThenBy(c => c.Reason, StringComparer.Ordinal)];
}
