using System.Diagnostics;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>The events of lines, each in its line's own stream.</summary>
internal static class Said
{
    public static Task Append(Tx tx, IReadOnlyList<Change> changes, DateTimeOffset now) =>
        OutboxBatch.Append(tx, now, [.. changes.SelectMany(c => c.Events.Select(e => new ToSay(c.After.Name, e())
        {
            AggregateId = c.After.Id,
            OccurTime = c.Time,
            Traceparent = c.Traceparent ?? Activity.Current?.Id,
        }))]);
}
