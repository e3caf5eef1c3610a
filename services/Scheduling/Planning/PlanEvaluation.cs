namespace Intervision.Scheduling.Planning;

/// <summary>A hard constraint that a plan breaks. <paramref name="Situation"/> is an index, or none where a session is at fault.</summary>
public sealed record BrokenConstraint(string Reason, int Pole, int Day, int? Situation = null);

/// <summary>What a plan is worth and what it breaks, counted from the problem alone: the search's sums are checked against it.</summary>
public sealed record PlanEvaluation(double Objective, IReadOnlyList<BrokenConstraint> Broken)
{
    /// <param name="days">The day of each situation, in the problem's order; none for those left out.</param>
    public static PlanEvaluation Of(PlanningProblem problem, IReadOnlyList<int?> days)
    {
        var placed = problem.Situations.Index().Where(s => days[s.Index] is not null)
            .Select(s => new Placed(s.Index, s.Item, days[s.Index]!.Value)).ToList();
        var sessions = placed.GroupBy(p => (p.Situation.Pole, p.Day)).ToDictionary(g => g.Key, g => g.Count());
        foreach (var kept in problem.StandingSessions())
        {
            sessions.TryAdd(kept, 0);
        }

        return new PlanEvaluation(
            LeftOut(problem, days) + placed.Sum(p => Placing.Price(problem, p.Situation, p.Day)) + Sessions(problem, sessions)
                - problem.Prices.Expert * Attendance(problem, placed).Sum(a => a.Wishing),
            [.. Misplaced(problem, placed), .. Overfull(problem, sessions)]);
    }

    /// <summary>The pôle each expert attends, by expert and day: the one where most situations wish for them.</summary>
    public static IReadOnlyDictionary<(int Expert, int Day), int> ExpertsAttend(PlanningProblem problem, IReadOnlyList<int?> days) =>
        Attendance(problem, problem.Situations.Index().Where(s => days[s.Index] is not null).Select(s => new Placed(s.Index, s.Item, days[s.Index]!.Value)))
            .ToDictionary(a => (a.Expert, a.Day), a => a.Pole);

    private static double LeftOut(PlanningProblem problem, IReadOnlyList<int?> days) =>
        problem.Situations.Index().Where(s => days[s.Index] is null)
            .Sum(s => problem.Prices.LeftOut + (s.Item.CurrentDay is null ? 0 : problem.Prices.ChangedSituation));

    private static double Sessions(PlanningProblem problem, Dictionary<(int Pole, int Day), int> sessions)
    {
        var kept = problem.StandingSessions().ToHashSet();
        var prices = problem.Prices;
        var held = sessions.Sum(s =>
            (kept.Contains(s.Key) ? 0 : prices.Session + (problem.Poles[s.Key.Pole].CurrentSessions.Contains(s.Key.Day) ? 0 : prices.ChangedSession))
            + prices.Crowded * Math.Max(0, s.Value - problem.Poles[s.Key.Pole].Normal));
        var givenUp = problem.Poles.Index().Sum(p => p.Item.CurrentSessions.Days().Count(day => day < problem.Days && !sessions.ContainsKey((p.Index, day))));
        return held + prices.ChangedSession * givenUp;
    }

    private static IEnumerable<(int Expert, int Day, int Pole, int Wishing)> Attendance(PlanningProblem problem, IEnumerable<Placed> placed) =>
        from p in placed
        from expert in p.Situation.Experts.Distinct()
        where problem.Experts[expert].Contains(p.Day)
        group p.Situation.Pole by (expert, p.Day) into wishes
        let most = wishes.CountBy(pole => pole).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First()
        select (wishes.Key.expert, wishes.Key.Day, most.Key, most.Value);

    private static IEnumerable<BrokenConstraint> Misplaced(PlanningProblem problem, IEnumerable<Placed> placed) =>
        from p in placed
        where !p.Situation.Pinned
        let reason = Placing.Obstacle(problem, p.Situation, p.Day)
        where reason is not null
        select new BrokenConstraint(reason, p.Situation.Pole, p.Day, p.Index);

    private static IEnumerable<BrokenConstraint> Overfull(PlanningProblem problem, Dictionary<(int Pole, int Day), int> sessions)
    {
        // What stands already may exceed what the plan may not.
        var kept = problem.StandingSessions().ToHashSet();
        var full = sessions.Where(s => s.Value > problem.Poles[s.Key.Pole].Most).Select(s => new BrokenConstraint(Obstacles.SessionFull, s.Key.Pole, s.Key.Day));
        var months = from s in sessions.Keys
                     group s by (s.Pole, problem.PeriodOf(s.Pole, s.Day)) into month
                     where month.Count() > Math.Max(problem.Poles[month.Key.Pole].SessionsPerMonth, month.Count(kept.Contains))
                     select new BrokenConstraint(Obstacles.MonthFull, month.Key.Pole, month.Min(s => s.Day));
        var coordinators = from s in sessions.Keys
                           group s by (problem.Poles[s.Pole].Coordinator, s.Day) into day
                           where day.Count() > Math.Max(1, day.Count(kept.Contains))
                           select new BrokenConstraint(Obstacles.CoordinatorTaken, day.Max(s => s.Pole), day.Key.Day);
        return full.Concat(months).Concat(coordinators);
    }

    private sealed record Placed(int Index, SituationToPlace Situation, int Day);
}
