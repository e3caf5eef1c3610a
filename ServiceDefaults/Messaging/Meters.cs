using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Intervision.ServiceDefaults.Telemetry;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>What the platform team watches of messaging. Times in seconds.</summary>
internal static class Meters
{
    public const string MeterName = "Intervision.Messaging";
    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Publications = Meter.CreateCounter<long>("intervision.outbox.published", "{event}", "Events confirmed by the broker");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("intervision.outbox.refused", "{event}", "Nacks, returns and missing answers");
    private static readonly Counter<long> SetAsides = Meter.CreateCounter<long>("intervision.outbox.parked", "{event}", "Events given up after repeated refusals: alert");
    private static readonly Histogram<double> ConfirmLatency = Meter.CreateHistogram("intervision.outbox.confirm_latency", "s", "Append to confirm", tags: null, Durations.OfWaits);
    private static readonly Counter<long> Consumptions = Meter.CreateCounter<long>("intervision.inbox.consumed", "{event}", "Events applied");
    private static readonly Counter<long> Repetitions = Meter.CreateCounter<long>("intervision.inbox.duplicates", "{event}", "Deliveries that were known already");
    private static readonly Counter<long> Parkings = Meter.CreateCounter<long>("intervision.inbox.parked", "{event}", "Events stored aside, by kind: gap, poison (alert)");
    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("intervision.inbox.dead_letters", "{message}", "Unreadable messages: alert");
    private static readonly Histogram<double> Lag = Meter.CreateHistogram("intervision.inbox.lag", "s", "Append at the source to effect here", tags: null, Durations.OfWaits);
    private static readonly ConcurrentDictionary<string, long> Depths = new(StringComparer.Ordinal);
    private static long outboxRows;
    private static double outboxAge;
    private static long outboxParkedRows;
    private static IReadOnlyList<ParkedRows> inboxParked = [];

    static Meters()
    {
        Meter.CreateObservableGauge("intervision.outbox.rows", () => Volatile.Read(ref outboxRows), "{event}", "Rows waiting; alert above 10,000");
        Meter.CreateObservableGauge("intervision.outbox.age", () => Volatile.Read(ref outboxAge), "s", "Age of the oldest row; alert above 30 s");
        Meter.CreateObservableGauge("intervision.outbox.parked_rows", () => Volatile.Read(ref outboxParkedRows), "{event}", "Rows set aside");
        Meter.CreateObservableGauge(
            "intervision.inbox.parked_rows", () => Volatile.Read(ref inboxParked).Select(p => new Measurement<long>(p.Events, Tag(p.Queue), Kind(p.Kind))), "{event}",
            "Events that stand aside now: behind poison, or behind a gap; alert above 0");
        Meter.CreateObservableGauge(
            "intervision.queue.messages", () => Depths.Select(d => new Measurement<long>(d.Value, Tag(d.Key))), "{message}", "Messages in the queue that nobody has been handed yet");
    }

    /// <summary>As of the last sweep.</summary>
    public static void Depth(string queue, uint messages)
    {
        Depths[queue] = messages;
        // Said from the beginning: a counter that is first seen at one has not increased, and nobody is called.
        DeadLetters.Add(0, Tag(queue));
    }

    public static void Backlog((long Rows, double? OldestSeconds, long Parked) outbox, IReadOnlyList<ParkedRows> inbox)
    {
        Volatile.Write(ref outboxRows, outbox.Rows);
        Volatile.Write(ref outboxAge, outbox.OldestSeconds ?? 0);
        Volatile.Write(ref outboxParkedRows, outbox.Parked);
        // What stands aside no longer is told as nought: of a figure that falls silent the last one stays on every screen.
        Volatile.Write(ref inboxParked, [.. inbox, .. inboxParked.Where(p => !inbox.Any(i => (i.Queue, i.Kind) == (p.Queue, p.Kind))).Select(p => p with { Events = 0 })]);
    }

    public static void Confirmed(OutboxRow row)
    {
        Publications.Add(1);
        ConfirmLatency.Record((TimeProvider.System.GetUtcNow() - row.AppendTime).TotalSeconds);
    }

    public static void Refused() => Refusals.Add(1);

    public static void SetAside() => SetAsides.Add(1);

    public static void Applied(string queue, CloudEvent e)
    {
        Consumptions.Add(1, Tag(queue));
        Lag.Record(Math.Max(0, (TimeProvider.System.GetUtcNow() - MintTime(e.EventId)).TotalSeconds), Tag(queue));
    }

    public static void Duplicate(string queue) => Repetitions.Add(1, Tag(queue));

    public static void Parked(string queue, string kind) => Parkings.Add(1, Tag(queue), Kind(kind));

    public static void DeadLettered(string queue) => DeadLetters.Add(1, Tag(queue));

    /// <summary>The real clock's instant in a UUIDv7: <c>cloudEvents_time</c> may come from an overridden clock.</summary>
    private static DateTimeOffset MintTime(Guid eventId)
    {
        Span<byte> bytes = stackalloc byte[16];
        eventId.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, 253_402_300_799_999));
    }

    private static KeyValuePair<string, object?> Tag(string queue) => new("queue", queue);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);

    /// <summary>How many events of a queue stand aside.</summary>
    public sealed record ParkedRows
    {
        public string Queue { get; init; } = "";

        /// <summary><c>poison</c>: it, or one before it of its aggregate, failed; <c>gap</c>: one before it has not come.</summary>
        public string Kind { get; init; } = "";

        public long Events { get; init; }
    }
}
