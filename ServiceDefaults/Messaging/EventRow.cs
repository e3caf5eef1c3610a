namespace Intervision.ServiceDefaults.Messaging;

/// <summary>An event as every table keeps it: waiting, published or parked.</summary>
internal class EventRow
{
    public Guid EventId { get; init; }

    public string EventType { get; init; } = "";

    public string Subject { get; init; } = "";

    public Guid AggregateId { get; init; }

    public long StreamNo { get; init; }

    public DateTimeOffset OccurTime { get; init; }

    public string? Traceparent { get; init; }

    public byte[] Payload { get; init; } = [];

    public CloudEvent ToCloudEvent() => new(EventId, EventType, Subject, AggregateId, StreamNo, OccurTime, Traceparent, Payload);
}
