using System.Collections.Concurrent;
using System.Collections.ObjectModel;

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

    private const int MostOwed = 1_000;
    private readonly ConcurrentDictionary<(string Kind, string Reason), long> counts = [];
    private readonly Dictionary<(string Sender, string Kind), Dictionary<string, long>> owed = [];
    private readonly Lock gate = new();

    public void Add(string kind, string reason, long count = 1)
    {
        if (count > 0)
        {
            counts.AddOrUpdate((kind, reason), count, (_, known) => known + count);
        }
    }

    /// <summary>Left out when it was written, after its sender had its answer: the next one says it.</summary>
    public void AddLate(string sender, string kind, string reason, long count)
    {
        Add(kind, reason, count);
        lock (gate)
        {
            if (!owed.TryGetValue((sender, kind), out var reasons) && owed.Count < MostOwed)
            {
                owed[(sender, kind)] = reasons = new Dictionary<string, long>(StringComparer.Ordinal);
            }

            if (reasons is not null)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + count;
            }
        }
    }

    /// <summary>What a sender was not told yet; once.</summary>
    public IReadOnlyDictionary<string, long> Owed(string sender, string kind)
    {
        lock (gate)
        {
            return owed.Remove((sender, kind), out var reasons) ? reasons : ReadOnlyDictionary<string, long>.Empty;
        }
    }

    public IReadOnlyList<DroppedCount> All() =>
        [.. counts.Select(c => new DroppedCount(c.Key.Kind, c.Key.Reason, c.Value)).OrderBy(c => c.Kind, StringComparer.Ordinal).ThenBy(c => c.Reason, StringComparer.Ordinal)];
}
