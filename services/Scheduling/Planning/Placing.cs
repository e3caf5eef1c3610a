namespace Intervision.Scheduling.Planning;

/// <summary>What can stand between a situation and a day.</summary>
public static class Obstacles
{
    public const string NotInWindow = "NOT_IN_WINDOW";
    public const string NoDayInWindow = "NO_DAY_IN_WINDOW";
    public const string ReferentAway = "REFERENT_AWAY";
    public const string NoSessionThatDay = "NO_SESSION_THAT_DAY";
    public const string CoordinatorAway = "COORDINATOR_AWAY";
    public const string CoordinatorTaken = "COORDINATOR_TAKEN";
    public const string MonthFull = "MONTH_FULL";
    public const string SessionFull = "SESSION_FULL";
    public const string NotWorthIt = "NOT_WORTH_IT";
}

/// <summary>What one situation may do, whatever becomes of the others: its days and what each is worth to it alone.</summary>
internal static class Placing
{
    public static IEnumerable<int> DaysFor(PlanningProblem problem, SituationToPlace situation) => situation.Pinned
        ? [situation.CurrentDay!.Value]
        : WindowOf(problem, situation).Where(day => Obstacle(problem, situation, day) is null);

    public static IEnumerable<int> WindowOf(PlanningProblem problem, SituationToPlace situation)
    {
        var from = Math.Max(0, situation.Ready);
        var end = Math.Min(problem.Days, situation.Ready + situation.Window);
        return Enumerable.Range(from, Math.Max(0, end - from));
    }

    /// <summary>Why it may not be placed on a day in any plan; nothing if it may.</summary>
    public static string? Obstacle(PlanningProblem problem, SituationToPlace situation, int day)
    {
        var pole = problem.Poles[situation.Pole];
        if (day < situation.Ready || day >= situation.Ready + situation.Window)
        {
            return Obstacles.NotInWindow;
        }

        if (!situation.Referent.Contains(day))
        {
            return Obstacles.ReferentAway;
        }

        // A session that stands has its day and somebody to lead it: nobody asks again.
        return pole.KeptSessions.Contains(day) ? null
            : !pole.SessionDays.Contains(day) ? Obstacles.NoSessionThatDay
            : !problem.Coordinators[pole.Coordinator].Contains(day) ? Obstacles.CoordinatorAway
            : null;
    }

    /// <summary>In points: waiting, less who is there, more what is changed; without the session and its experts, which it shares.</summary>
    public static double Price(PlanningProblem problem, SituationToPlace situation, int day)
    {
        var prices = problem.Prices;
        return situation.WaitPrice * (day - situation.Ready)
            - (situation.Gp.Contains(day) ? prices.Gp : 0)
            - prices.Professional * situation.Professionals.Count(p => p.Contains(day))
            + (situation.CurrentDay is { } current && current != day ? prices.ChangedSituation : 0);
    }
}
