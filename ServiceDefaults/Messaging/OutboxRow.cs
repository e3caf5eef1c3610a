namespace Intervision.ServiceDefaults.Messaging;

/// <summary>A row of <c>outbox</c> as the relay reads it.</summary>
internal sealed class OutboxRow
{
    public long Seq { get; init; }

    public Guid AggregateId { get; init; }

    public long StreamNo { get; init; }

    public Guid EventId { get; init; }

    public string EventType { get; init; } = "";

    public string Subject { get; init; } = "";

    public byte[] Payload { get; init; } = [];

    public string? Traceparent { get; init; }

    public DateTimeOffset OccurTime { get; init; }

    public DateTimeOffset AppendTime { get; init; }

    public short Attempts { get; init; }

    public CloudEvent ToCloudEvent() => new(EventId, EventType, Subject, AggregateId, StreamNo, OccurTime, Traceparent, Payload);
}
