namespace Intervision.Scheduling.Planning;

/// <summary>The best plan of all, the best since the last start, and how far the search is.</summary>
internal sealed class BestPlans
{
    private const int Polled = 256;
    private readonly SearchState state;
    private readonly Func<SearchProgress, bool> stop;
    private readonly int[] days;
    private readonly int[] bestDays;
    private long objective;
    private long best;
    private long bestAt;
    private long nextPoll;

    public BestPlans(SearchState state, Func<SearchProgress, bool> stop)
    {
        this.state = state;
        this.stop = stop;
        days = [.. state.DayOf];
        bestDays = [.. state.DayOf];
        best = objective = state.Objective;
    }

    public long Iterations { get; private set; }

    public int[] BestDays => bestDays;

    /// <summary>The best since the last start.</summary>
    public int[] Days => days;

    /// <summary>From the state as it stands: what was better before does not count.</summary>
    public void Start()
    {
        objective = state.Objective;
        state.DayOf.CopyTo(days, 0);
        Note();
    }

    /// <returns>False when whoever waits for the plan wants no more.</returns>
    public bool GoesOn(int tried)
    {
        if (Iterations >= nextPoll)
        {
            nextPoll = Iterations - Iterations % Polled + Polled;
            if (Tell())
            {
                return false;
            }
        }

        Iterations += tried;
        return true;
    }

    /// <summary>How far it is.</summary>
    /// <returns>Whether whoever waits for the plan wants no more.</returns>
    public bool Tell() => stop(new SearchProgress(Iterations, Iterations - bestAt, best / 1000.0));

    /// <summary>Keeps the state as it stands if it is better.</summary>
    public void Note()
    {
        if (state.Objective < objective)
        {
            objective = state.Objective;
            state.DayOf.CopyTo(days, 0);
        }

        if (state.Objective < best)
        {
            best = state.Objective;
            bestAt = Iterations;
            state.DayOf.CopyTo(bestDays, 0);
        }
    }

    /// <summary>Back to the best since the start, unless the one at hand is as good: drifting among equals finds new ways down.</summary>
    public void Return()
    {
        if (state.Objective != objective)
        {
            state.Become(days);
        }
    }
}
