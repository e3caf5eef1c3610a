using System.Globalization;

namespace Intervision.Intake.Watch;

/// <summary>
/// What of the history has been seen, as PostgreSQL says what a snapshot sees: the rows of every transaction up to the
/// newest one seen, but those that were still running then. Slow transactions neither hold anybody up nor get lost
/// (docs/adr/0016). Only numbers of transactions whose rows were seen count as high: those are on disk, so that no
/// transaction after a crash is given a number again that was taken for seen.
/// </summary>
/// <param name="High">The newest transaction of which a row was seen.</param>
/// <param name="Running">Older ones that were running, in order.</param>
internal sealed record Position(ulong High, IReadOnlyList<ulong> Running)
{
    public bool Sees(ulong transaction) => transaction <= High && !Running.Contains(transaction);

    /// <summary>Nothing can lie between this and <paramref name="later"/>: no need to ask the database.</summary>
    public bool Covers(Position later) => High == later.High && Running.All(later.Running.Contains);

    /// <param name="high">The newest transaction of a row that was read, or was known before.</param>
    /// <param name="snapshot">As <c>pg_current_snapshot()::text</c> of the same statement: <c>xmin:xmax:running,…</c>.</param>
    public static Position After(ulong high, string snapshot) => snapshot.Split(':') is [_, _, var running]
        ? new(high, [.. Numbers(running).Where(r => r < high)])
        : throw new FormatException($"Not a snapshot: {snapshot}");

    /// <summary>Null when it is not what <see cref="ToString"/> wrote.</summary>
    public static Position? TryParse(string text) =>
        text.Split(':') is [var high, var running] && ulong.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(number, [.. Numbers(running)])
            : null;

    public override string ToString() => $"{High}:{string.Join(',', Running)}";

    private static IEnumerable<ulong> Numbers(string text) => text.Length == 0
        ? []
        : text.Split(',').Select(n => ulong.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture));
}
