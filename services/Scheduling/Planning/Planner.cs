namespace Intervision.Scheduling.Planning;

/// <summary>How far a search is, told every few hundred iterations.</summary>
/// <param name="Iterations">Changes tried.</param>
/// <param name="SinceBetter">Of these, since the best plan was found.</param>
/// <param name="Objective">Of the best plan, in points.</param>
public sealed record SearchProgress(long Iterations, long SinceBetter, double Objective);

/// <param name="Days">The day of each situation, in the problem's order; none for those left out.</param>
/// <param name="Objective">In points: the lower the better.</param>
/// <param name="Iterations">Changes that were tried to find it.</param>
/// <param name="Proven">Whether no plan is better, to the thousandth of a point; never known of several pôles together.</param>
public sealed record Plan(IReadOnlyList<int?> Days, double Objective, long Iterations, bool Proven);

public static class Planner
{
    /// <summary>
    /// Looks for the best plan until told to stop, and gives the best it met, which breaks no hard constraint. The same problem, seed
    /// and number of iterations give the same plan. It starts from the current days of the situations that have one. One pôle alone is
    /// planned exactly (ADR 0027): the search ends by itself once no plan can be better, having told its progress a last time.
    /// </summary>
    /// <exception cref="ArgumentException">The problem has <see cref="PlanningProblem.Mistakes"/>.</exception>
    /// <param name="stop">Asked every few hundred iterations; a clock belongs here, at the edge.</param>
    public static Plan Search(PlanningProblem problem, long seed, Func<SearchProgress, bool> stop)
    {
        if (problem.Mistakes().FirstOrDefault() is { } mistake)
        {
            throw new ArgumentException(mistake, nameof(problem));
        }

        var tables = new SearchTables(problem);
        var state = new SearchState(tables);
        PlaceCurrent(problem, tables, state);
        var plans = new BestPlans(state, stop);
        var alone = LonePole.Of(tables) is { } pole ? new PoleSearch(tables, pole, state, plans) : null;
        if (alone?.Run() is not false && alone is not { Proven: true })
        {
            new PlanSearch(tables, state, plans, seed).Run();
        }

        var days = plans.BestDays.Select(d => d == SearchTables.Out ? (int?)null : d).ToArray();
        return new Plan(days, PlanEvaluation.Of(problem, days).Objective, plans.Iterations, alone is { Proven: true });
    }

    /// <summary>Pinned situations first: they go nowhere else.</summary>
    private static void PlaceCurrent(PlanningProblem problem, SearchTables tables, SearchState state)
    {
        var current = Enumerable.Range(0, tables.Situations).Where(s => problem.Situations[s].CurrentDay is not null);
        foreach (var s in current.OrderBy(s => problem.Situations[s].Pinned ? 0 : 1))
        {
            var day = problem.Situations[s].CurrentDay!.Value;
            if (state.PlacingAdds(s, day) != SearchTables.Impossible)
            {
                state.Place(s, day);
            }
        }
    }
}
