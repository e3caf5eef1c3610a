using Google.Protobuf;
using Intervision.Indemnisation.Events.V1;

namespace Intervision.Indemnisation.Lines;

/// <summary>A cap that took something off a line.</summary>
public sealed record Reduction(string Cap, long Cents);

/// <summary>What a decision does to one line: null before for a new one.</summary>
/// <param name="Events">Made when they are said: most lines are only said with their session.</param>
public sealed record Change(Line? Before, Line After, IReadOnlyList<Func<IMessage>> Events)
{
    public IReadOnlyList<Reduction> Reductions { get; init; } = [];

    /// <summary>The cap of the person's year that it was calculated under; 0 for none.</summary>
    public long YearCapCents { get; init; }

    /// <summary>When, where one transaction holds what several events did; else it is the transaction's.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The trace it belongs to, as with <see cref="Time"/>.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The line is cancelled, and it is said.</summary>
    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    public static Change Cancel(Line line, string reason, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(line);
        var after = line.Cancelled(reason) with { ChangeTime = now };
        return new Change(line, after, [() => new IndemnityCancelled { Indemnity = after.Facts() }]);
    }
}
