namespace Intervision.Scheduling.Planning;

/// <summary>A situation that a plan leaves out, and what stands in the way.</summary>
/// <param name="Situation">Its index in the problem.</param>
/// <param name="Ever">Whether another plan could place it: false when none of its days can be had at all.</param>
/// <param name="Obstacles">The reasons of <see cref="Planning.Obstacles"/>, the one that bars most days first.</param>
public sealed record LeftOutSituation(int Situation, bool Ever, IReadOnlyList<Barred> Obstacles);

/// <param name="Days">How many days of the window it bars.</param>
public sealed record Barred(string Reason, int Days);

public static class Explanation
{
    /// <summary>Every situation the plan leaves out, in the problem's order.</summary>
    public static IReadOnlyList<LeftOutSituation> Of(PlanningProblem problem, IReadOnlyList<int?> days)
    {
        var sessions = days.Index().Where(d => d.Item is not null)
            .CountBy(d => (problem.Situations[d.Index].Pole, Day: d.Item!.Value)).ToDictionary();
        foreach (var kept in problem.StandingSessions())
        {
            sessions.TryAdd(kept, 0);
        }

        return [.. problem.Situations.Index().Where(s => days[s.Index] is null).Select(s => Explain(problem, sessions, s.Index))];
    }

    private static LeftOutSituation Explain(PlanningProblem problem, Dictionary<(int Pole, int Day), int> sessions, int index)
    {
        var situation = problem.Situations[index];
        var window = Placing.WindowOf(problem, situation).ToList();
        if (window.Count == 0)
        {
            return new LeftOutSituation(index, Ever: false, [new Barred(Obstacles.NoDayInWindow, 0)]);
        }

        var never = window.ToDictionary(day => day, day => Placing.Obstacle(problem, situation, day));
        var reasons = window.CountBy(day => never[day] ?? Occupied(problem, sessions, situation.Pole, day));
        return new LeftOutSituation(
            index,
            Ever: never.ContainsValue(null),
            [.. reasons.OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => new Barred(r.Key, r.Value))]);
    }

    private static string Occupied(PlanningProblem problem, Dictionary<(int Pole, int Day), int> sessions, int poleIndex, int day)
    {
        var pole = problem.Poles[poleIndex];
        if (sessions.TryGetValue((poleIndex, day), out var load))
        {
            return load >= pole.Most ? Obstacles.SessionFull : Obstacles.NotWorthIt;
        }

        var taken = sessions.Keys.Any(s => s.Day == day && problem.Poles[s.Pole].Coordinator == pole.Coordinator);
        var inMonth = sessions.Keys.Count(s => s.Pole == poleIndex && problem.PeriodOf(poleIndex, s.Day) == problem.PeriodOf(poleIndex, day));
        return taken ? Obstacles.CoordinatorTaken
            : inMonth >= pole.SessionsPerMonth ? Obstacles.MonthFull
            : Obstacles.NotWorthIt;
    }
}
