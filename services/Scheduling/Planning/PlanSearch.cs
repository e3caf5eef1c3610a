namespace Intervision.Scheduling.Planning;

/// <summary>
/// One plan after the other, each from nothing; what they do differently is put together, and the outcome annealed once more. It never
/// ends by itself. Deterministic: the seed says where it goes, whoever stops it only when (ADR 0020).
/// </summary>
internal sealed class PlanSearch
{
    // Found by measurement (docs/benchmarks.md, "Planner").
    private const int IterationsPerSituation = 8_000;
    private const int IterationsAfterCrossing = 1_000;
    private const int Crossings = 4;
    private const int Remembered = 16;

    private readonly SearchTables t;
    private readonly SearchState state;
    private readonly BestPlans plans;
    private readonly Annealing annealing;
    private readonly Crossing crossing;
    private readonly Queue<int[]> remembered = new();
    private Dice dice;

    public PlanSearch(SearchTables tables, SearchState state, BestPlans plans, long seed)
    {
        t = tables;
        this.state = state;
        this.plans = plans;
        annealing = new Annealing(tables, state, plans, seed);
        crossing = new Crossing(tables, state, plans, seed);
        dice = new Dice(seed ^ 0x9E3779B9);
    }

    public void Run()
    {
        // The first plan goes on from what stands: where little is to be changed it is soon as good as any.
        var goesOn = t.Candidates.Any(days => days.Length > 0) && AnotherPlan();
        while (goesOn)
        {
            Forget();
            goesOn = AnotherPlan();
            for (var i = 0; goesOn && i < Crossings; i++)
            {
                goesOn = Cross(i % 2 == 0 ? plans.BestDays : remembered.ElementAt(dice.Below(remembered.Count)));
            }
        }
    }

    private bool AnotherPlan()
    {
        plans.Start();
        if (!annealing.PlaceRest() || !annealing.Improve((long)IterationsPerSituation * t.Situations))
        {
            return false;
        }

        if (remembered.Count == Remembered)
        {
            remembered.Dequeue();
        }

        remembered.Enqueue([.. plans.Days]);
        return true;
    }

    private bool Cross(int[] from)
    {
        state.Become(from);
        plans.Start();
        if (!crossing.Run([.. remembered, [.. plans.BestDays]]))
        {
            return false;
        }

        return annealing.Improve((long)IterationsAfterCrossing * t.Situations);
    }

    /// <summary>All out but those that may not move.</summary>
    private void Forget()
    {
        for (var s = 0; s < t.Situations; s++)
        {
            if (state.DayOf[s] != SearchTables.Out && t.LeftOut[s] != SearchTables.Impossible)
            {
                state.Remove(s);
            }
        }
    }
}
