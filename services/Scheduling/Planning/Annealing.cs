namespace Intervision.Scheduling.Planning;

/// <summary>
/// Simulated annealing of one plan: first of all that is not placed yet, then again and again of a block, a few pôles in a part of the
/// year among the others as they stand.
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
    private const int SameTemperature = 256;

    private readonly SearchTables t;
    private readonly SearchState state;
    private readonly BestPlans plans;
    private readonly Moves moves;
    private readonly int[][] polesByCoordinator;
    private readonly double unit;
    private Dice dice;

    public Annealing(SearchTables tables, SearchState state, BestPlans plans, long seed)
    {
        t = tables;
        this.state = state;
        this.plans = plans;
        dice = new Dice(seed);
        moves = new Moves(tables, state, seed);
        unit = Math.Max(1, t.Scale);
        polesByCoordinator = [.. Enumerable.Range(0, t.Poles).Where(p => t.SituationsOf[p].Length > 0).GroupBy(p => t.CoordinatorOf[p]).Select(g => g.ToArray())];
    }

    /// <summary>Places those that have no place.</summary>
    /// <returns>False when it was stopped.</returns>
    public bool PlaceRest()
    {
        var unplaced = Enumerable.Range(0, t.Situations).Where(s => state.DayOf[s] == SearchTables.Out && t.Candidates[s].Length > 0).ToArray();
        return unplaced.Length == 0 || Anneal(unplaced, Hottest);
    }

    /// <summary>Block after block, for so many iterations.</summary>
    /// <returns>False when it was stopped.</returns>
    public bool Improve(long iterations)
    {
        var end = plans.Iterations + iterations;
        var goesOn = true;
        while (goesOn && plans.Iterations < end)
        {
            plans.Return();
            goesOn = Anneal(NextBlock(), LeastHot + (Hottest - LeastHot) * dice.Below(256) / 256);
        }

        return goesOn;
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

    private bool Anneal(int[] block, double hot)
    {
        var length = (long)block.Length * IterationsPerSituation;
        for (var i = 0L; i < length; i++)
        {
            if (!plans.GoesOn(tried: 1))
            {
                return false;
            }

            if (i % SameTemperature == 0)
            {
                moves.Temperature = unit * hot * Math.Pow(Cold / hot, (double)i / length);
            }

            if (moves.Try(block[dice.Below(block.Length)]))
            {
                plans.Note();
            }
        }

        return true;
    }
}
