using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

/// <summary>Problems small enough to try every plan, with everything a problem can have: shared coordinators and experts, sessions and situations that stand.</summary>
internal static class SmallProblems
{
    private const int Days = 7;

    public static PlanningProblem Make(int seed)
    {
        var random = new Random(seed);
        DaySet SomeDays(double share) => DaySet.Of(Enumerable.Range(0, Days).Where(_ => random.NextDouble() < share));
        return new PlanningProblem(
            [1, 1, 1, 1, 2, 2, 2],
            [SomeDays(0.8), SomeDays(0.8)],
            [SomeDays(0.6), SomeDays(0.6)],
            [.. Enumerable.Range(0, 3).Select(p => new PoleToPlan(p / 2, SomeDays(0.9), random.Next(1, 3), Normal: 1, Most: 2)
            {
                Periods = (seed + p) % 2 == 0 ? [7, 7, 8, 8, 8, 9, 9] : [],
                KeptSessions = SomeDays(0.05),
                CurrentSessions = SomeDays(0.2),
            })],
            [.. Enumerable.Range(0, 5).Select(i => new SituationToPlace(
                random.Next(3), random.Next(4), random.Next(1, 5), random.Next(1, 4), SomeDays(0.8), SomeDays(0.5), [.. new[] { 0, 1 }.Where(_ => random.Next(2) == 0)], [SomeDays(0.5)])
            {
                CurrentDay = random.Next(3) == 0 ? random.Next(Days) : null,
            }).Select((s, i) => s with { Pinned = i == 0 && s.CurrentDay is not null })],
            new PlanningPrices { Session = 5, LeftOut = 30, ChangedSituation = random.Next(4), ChangedSession = random.Next(4) });
    }

    /// <summary>Every plan there is, those that break constraints included.</summary>
    public static IEnumerable<int?[]> EveryPlan(PlanningProblem problem)
    {
        var choices = problem.Situations.Select(s => Placing.DaysFor(problem, s).Select(d => (int?)d).Concat(s.Pinned ? [] : [null]).ToArray()).ToArray();
        var plan = new int?[choices.Length];
        IEnumerable<int?[]> From(int s)
        {
            foreach (var day in s == choices.Length ? [null] : choices[s])
            {
                if (s == choices.Length)
                {
                    yield return plan;
                    continue;
                }

                plan[s] = day;
                foreach (var whole in From(s + 1))
                {
                    yield return whole;
                }
            }
        }

        return From(0);
    }
}
