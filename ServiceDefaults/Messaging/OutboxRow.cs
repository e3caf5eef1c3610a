namespace Intervision.ServiceDefaults.Messaging;

/// <summary>A row of <c>outbox</c> as the relay reads it.</summary>
internal sealed class OutboxRow : EventRow
{
    public long Seq { get; init; }

    public DateTimeOffset AppendTime { get; init; }

    public short Attempts { get; init; }
}
