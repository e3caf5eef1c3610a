namespace Intervision.Intake.Indicators;

/// <summary>How a number is shown.</summary>
internal enum Showing
{
    /// <summary>As it is.</summary>
    Shown,

    /// <summary>"&lt;5": from 1 to 4.</summary>
    Small,

    /// <summary>At least 5, and kept back because a small one could be computed from it.</summary>
    KeptBack,

    /// <summary>Left out: even its label would tell.</summary>
    Unlisted,
}

/// <summary>
/// Keeps small numbers of people from being read or computed (DOMAIN §8): cells under 5 are not shown, and as many others
/// are kept back as it takes that nobody who knows the cells shown, the total, and what the labels mean can tell any
/// hidden one. Codes that nobody has are no cells.
/// </summary>
internal static class SmallCells
{
    public const int Threshold = 5;

    /// <param name="cells">Counts of a partition, each at least 1.</param>
    /// <returns>How each cell and the total are shown.</returns>
    public static (IReadOnlyList<Showing> Cells, Showing Total) Of(IReadOnlyList<int> cells)
    {
        if (cells.Sum() < Threshold)
        {
            return (Unlisted(cells), Showing.Small);
        }

        Showing[] showings = [.. cells.Select(c => c < Threshold ? Showing.Small : Showing.Shown)];
        while (!IsSafe(cells, showings))
        {
            var next = SmallestShown(cells, showings);
            if (next < 0)
            {
                // All of them under a label, and they can still be told: 4 and 4 are 8.
                return (Unlisted(cells), Showing.Shown);
            }

            showings[next] = Showing.KeptBack;
        }

        return (showings, Showing.Shown);
    }

    /// <summary>
    /// Whether each hidden cell could have another value, all that is shown being the same; and whether all hidden ones
    /// together, which the total tells, are not themselves so few.
    /// </summary>
    private static bool IsSafe(IReadOnlyList<int> cells, IReadOnlyList<Showing> showings)
    {
        var hidden = Enumerable.Range(0, cells.Count).Where(i => showings[i] != Showing.Shown).ToList();
        var sum = hidden.Sum(i => (long)cells[i]);
        var (lowest, highest) = (hidden.Sum(i => Bounds(showings[i]).Low), hidden.Sum(i => Bounds(showings[i]).High));
        return (hidden.Count == 0 || sum >= Threshold) && hidden.All(i =>
        {
            var (low, high) = Bounds(showings[i]);
            var least = Math.Max(low, sum - (highest - high));
            var most = Math.Min(high, sum - (lowest - low));
            return most > least;
        });
    }

    /// <summary>What the label tells.</summary>
    private static (long Low, long High) Bounds(Showing showing) =>
        showing == Showing.Small ? (1, Threshold - 1) : (Threshold, int.MaxValue);

    private static int SmallestShown(IReadOnlyList<int> cells, Showing[] showings) => Enumerable.Range(0, cells.Count)
        .Where(i => showings[i] == Showing.Shown).OrderBy(i => cells[i]).ThenBy(i => i).FirstOrDefault(-1);

    private static Showing[] Unlisted(IReadOnlyList<int> cells) => [.. cells.Select(_ => Showing.Unlisted)];
}
