namespace Intervision.Scheduling.Planning;

/// <summary>
/// Simulated annealing over blocks: first over all that is not placed yet, then again and again over a few pôles among the others as
/// they stand, the best plan known being kept. Deterministic: the seed says where it goes, whoever stops it only when (ADR 0020).
/// </summary>
internal sealed class Annealing
{
    // Found by measurement (docs/benchmarks.md, "Planner"), temperatures in units of the prices. Blocks must be small: the whole of a
    // block has to come out well at once for it to be kept.
    private const int IterationsPerSituation = 400;
    private const int SituationsPerBlock = 30;
    private const int PolesPerBlock = 3;
    private const double Hottest = 8;
    private const double LeastHot = 4;
    private const double Cold = 0.4;
    private const int LeastDays = 10;
    private const int Polled = 256;

    private readonly SearchTables t;
    private readonly SearchState state;
    private readonly Moves moves;
    private readonly Func<SearchProgress, bool> stop;
    private readonly int[][] polesByCoordinator;
    private readonly double unit;
    private readonly int[] bestDays;
    private Dice dice;
    private long best;
    private long bestAt;
    private long iterations;

    public Annealing(SearchTables tables, SearchState state, long seed, Func<SearchProgress, bool> stop)
    {
        t = tables;
        this.state = state;
        this.stop = stop;
        dice = new Dice(seed);
        moves = new Moves(tables, state, seed);
        best = state.Objective;
        bestDays = [.. state.DayOf];
        unit = Math.Max(1, t.Scale);
        polesByCoordinator = [.. Enumerable.Range(0, t.Poles).Where(p => t.SituationsOf[p].Length > 0).GroupBy(p => t.CoordinatorOf[p]).Select(g => g.ToArray())];
    }

    public int[] BestDays => bestDays;

    public long Iterations => iterations;

    public void Run()
    {
        var movable = Enumerable.Range(0, t.Situations).Where(s => t.Candidates[s].Length > 0).ToArray();
        if (movable.Length == 0)
        {
            return;
        }

        var unplaced = movable.Where(s => state.DayOf[s] == SearchTables.Out).ToArray();
        var goesOn = unplaced.Length == 0 || Anneal(unplaced);
        while (goesOn)
        {
            Restore();
            goesOn = Anneal(NextBlock());
        }
    }

    /// <summary>
    /// The situations of one to three pôles in a part of the year, shorter the more pôles there are. The pôles of one coordinator bar
    /// each other's days, so they come together; any other may take their experts.
    /// </summary>
    private int[] NextBlock()
    {
        var poles = SomePoles(1 + dice.Below(PolesPerBlock));
        var situations = poles.SelectMany(p => t.SituationsOf[p]).ToArray();
        var size = SituationsPerBlock / 2 + dice.Below(SituationsPerBlock);
        var width = Math.Max(LeastDays, t.Days * size / situations.Length);
        var from = dice.Below(t.Days + width) - width;
        return [.. situations.Where(s => IsNear(s, from, from + width))];
    }

    private List<int> SomePoles(int wanted)
    {
        var poles = new List<int>();
        for (var tries = 0; poles.Count < wanted && tries < PolesPerBlock; tries++)
        {
            var sharing = polesByCoordinator[dice.Below(polesByCoordinator.Length)];
            var first = dice.Below(sharing.Length);
            for (var i = 0; i < sharing.Length && poles.Count < wanted; i++)
            {
                var pole = sharing[(first + i) % sharing.Length];
                if (!poles.Contains(pole))
                {
                    poles.Add(pole);
                }
            }
        }

        return poles;
    }

    private bool IsNear(int s, int from, int end)
    {
        var candidates = t.Candidates[s];
        var (first, last) = state.DayOf[s] is var day && day != SearchTables.Out ? (day, day)
            : candidates.Length > 0 ? (candidates[0], candidates[^1])
            : (int.MaxValue, int.MinValue);
        return first < end && last >= from;
    }

    /// <returns>False when it was stopped.</returns>
    private bool Anneal(int[] block)
    {
        var length = (long)block.Length * IterationsPerSituation;
        var hot = LeastHot + (Hottest - LeastHot) * dice.Below(256) / 256;
        for (var i = 0L; i < length; i++)
        {
            if (iterations % Polled == 0)
            {
                if (stop(new SearchProgress(iterations, iterations - bestAt, best / 1000.0)))
                {
                    return false;
                }

                moves.Temperature = unit * hot * Math.Pow(Cold / hot, (double)i / length);
            }

            iterations++;
            if (moves.Try(block[dice.Below(block.Length)]) && state.Objective < best)
            {
                best = state.Objective;
                bestAt = iterations;
                state.DayOf.CopyTo(bestDays, 0);
            }
        }

        return true;
    }

    /// <summary>Back to the best plan, unless the one at hand is as good: drifting among equals finds new ways down.</summary>
    private void Restore()
    {
        if (state.Objective == best)
        {
            return;
        }

        for (var s = 0; s < bestDays.Length; s++)
        {
            if (state.DayOf[s] != bestDays[s] && state.DayOf[s] != SearchTables.Out)
            {
                state.Remove(s);
            }
        }

        for (var s = 0; s < bestDays.Length; s++)
        {
            if (state.DayOf[s] != bestDays[s])
            {
                state.Place(s, bestDays[s]);
            }
        }
    }
}
