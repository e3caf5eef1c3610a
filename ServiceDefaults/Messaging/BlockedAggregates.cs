namespace Intervision.ServiceDefaults.Messaging;

/// <summary>Aggregates whose head was refused: they wait, others go on.</summary>
internal sealed class BlockedAggregates
{
    private readonly Dictionary<Guid, long> until = [];

    /// <param name="waits">How long each waits; null: until re-driven.</param>
    public BlockedAggregates(Dictionary<Guid, TimeSpan?> waits)
    {
        foreach (var (aggregate, wait) in waits)
        {
            Add(aggregate, wait);
        }
    }

    public bool Holds(Guid aggregate) => until.ContainsKey(aggregate);

    /// <summary>Those that still wait.</summary>
    public Guid[] Now()
    {
        var now = TimeProvider.System.GetTimestamp();
        foreach (var over in until.Where(b => b.Value <= now).Select(b => b.Key).ToList())
        {
            until.Remove(over);
        }

        return [.. until.Keys];
    }

    public void Add(Published outcome, Func<OutboxRow, TimeSpan?> waitOf)
    {
        foreach (var (row, _) in outcome.Refused)
        {
            Add(row.AggregateId, waitOf(row));
        }

        foreach (var row in outcome.Unanswered)
        {
            Add(row.AggregateId, waitOf(row));
        }
    }

    private void Add(Guid aggregate, TimeSpan? wait) =>
        until[aggregate] = wait is { } span
            ? TimeProvider.System.GetTimestamp() + (long)(span.TotalSeconds * TimeProvider.System.TimestampFrequency)
            : long.MaxValue;
}
