using System.Globalization;

namespace Intervision.Intake.Watch;

/// <summary>Where one watcher stands: what its resume token holds.</summary>
/// <param name="Seen">Everything seen here was told, as far as it was for this watcher.</param>
/// <param name="Next">In the midst of what this sees and <paramref name="Seen"/> does not; else null.</param>
/// <param name="No">Of that, told up to this number of the history.</param>
/// <param name="Case">Still telling where cases stand at <paramref name="Seen"/>: told up to this one; else null.</param>
internal sealed record Bookmark(Position Seen, Position? Next = null, long No = 0, Guid? Case = null)
{
    /// <summary>Everything it counts as seen lies at or below this transaction.</summary>
    public ulong High => Next?.High ?? Seen.High;

    /// <summary>Null when it is not what <see cref="ToString"/> wrote.</summary>
    public static Bookmark? TryParse(string text) => text.Split('|') switch
    {
        ["w1", var seen] when Position.TryParse(seen) is { } at => new Bookmark(at),
        ["w1", var seen, var next, var no] when Position.TryParse(seen) is { } at && Position.TryParse(next) is { } to => new Bookmark(at, to, long.Parse(no, CultureInfo.InvariantCulture)),
        ["w1", var seen, var caseId] when Position.TryParse(seen) is { } at => new Bookmark(at, Case: Guid.Parse(caseId)),
        _ => null,
    };

    public override string ToString() => this switch
    {
        { Case: { } caseId } => $"w1|{Seen}|{caseId}",
        { Next: { } next } => $"w1|{Seen}|{next}|{No}",
        _ => $"w1|{Seen}",
    };
}
