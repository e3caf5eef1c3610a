using Google.Protobuf;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.ServiceDefaults.Messaging;

/// <summary>An event as a handler sees it.</summary>
/// <param name="Event">The message; unknown fields of a newer producer are gone.</param>
/// <param name="Subject">Resource name of the aggregate.</param>
/// <param name="Time">When it happened (<c>cloudEvents_time</c>): the handler's clock (DESIGN §7.20).</param>
public sealed record Received<T>(T Event, string Subject, Guid AggregateId, long StreamNo, Guid EventId, DateTimeOffset Time)
{
    /// <summary>The trace it belongs to, for what a batch handler says because of it.</summary>
    public string? Traceparent { get; init; }
}

/// <summary>The effect of an event, in the transaction that also advances the watermark.</summary>
public delegate Task Handler<T>(Tx tx, Received<T> received);

/// <summary>
/// The effect of events of one type that follow each other, in their order, in one transaction: for effects that cost less
/// together. Alone, an event comes as a batch of one.
/// </summary>
public delegate Task BatchHandler<T>(Tx tx, IReadOnlyList<Received<T>> received);

/// <summary>What the order of a stream means to its consumer (DESIGN §7.5).</summary>
public enum InboxKind
{
    /// <summary>Every event counts: a gap is parked until its predecessor lands.</summary>
    Contiguous,

    /// <summary>Events carry the full state: the latest wins.</summary>
    Latest,
}

/// <summary>What one service does with the events of the others: one queue <c>{consumer}.{source}</c> per source.</summary>
public sealed class EventHandlers(string consumer)
{
    private readonly Dictionary<string, SourceHandlers> sources = new(StringComparer.Ordinal);

    public string Consumer => consumer;

    public IReadOnlyCollection<SourceHandlers> Sources => sources.Values;

    /// <summary>Events of one source; types without a handler only advance the watermark.</summary>
    public SourceHandlers From(string source, InboxKind kind) =>
        sources[source] = new SourceHandlers($"{consumer}.{source}", source, kind);
}

/// <summary>The handlers of one queue.</summary>
public sealed class SourceHandlers(string queue, string source, InboxKind kind)
{
    private readonly Dictionary<string, TypeHandler> byType = new(StringComparer.Ordinal);

    /// <summary>Queue name, also the <c>consumer</c> of inbox rows.</summary>
    public string Queue => queue;

    public string Source => source;

    public InboxKind Kind => kind;

    public SourceHandlers On<T>(Handler<T> handler)
        where T : class, IMessage<T>, new()
    {
        byType.Add(EventTypes.NameOf(new T().Descriptor), new TypeHandler((tx, r) => handler(tx, Of<T>(r[0])), Batches: false));
        return this;
    }

    public SourceHandlers OnBatch<T>(BatchHandler<T> handler)
        where T : class, IMessage<T>, new()
    {
        byType.Add(EventTypes.NameOf(new T().Descriptor), new TypeHandler((tx, r) => handler(tx, [.. r.Select(Of<T>)]), Batches: true));
        return this;
    }

    /// <summary>Null when this consumer does nothing with the type.</summary>
    public Func<Tx, Received<IMessage>, Task>? Find(string eventType) =>
        FindHandler(eventType) is { } handler ? (tx, received) => handler.Handle(tx, [received]) : null;

    internal TypeHandler? FindHandler(string eventType) => byType.GetValueOrDefault(eventType);

    private static Received<T> Of<T>(Received<IMessage> r) =>
        new((T)r.Event, r.Subject, r.AggregateId, r.StreamNo, r.EventId, r.Time) { Traceparent = r.Traceparent };
}

/// <summary>What is done with one type.</summary>
/// <param name="Batches">Whether it takes more than one event at once.</param>
internal sealed record TypeHandler(Func<Tx, IReadOnlyList<Received<IMessage>>, Task> Handle, bool Batches);
