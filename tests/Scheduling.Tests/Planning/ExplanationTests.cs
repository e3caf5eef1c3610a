using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

public sealed class ExplanationTests
{
    private static readonly DaySet Always = DaySet.Between(0, 4);

    private static readonly PlanningProblem Problem = new(
        [1, 1, 1, 1], [Always], [], [new PoleToPlan(0, Always, 1, 3, 3), new PoleToPlan(0, Always, 4, 3, 3)], [Situation], new PlanningPrices());

    private static SituationToPlace Situation => new(0, 0, 4, 1, Always, Always, [], []);

    [Fact]
    public void A_window_without_days() => Assert.Equal([new Barred("NO_DAY_IN_WINDOW", 0)], Never(Problem, Situation with { Ready = 4 }));

    [Fact]
    public void A_referent_who_is_never_there() => Assert.Equal([new Barred("REFERENT_AWAY", 4)], Never(Problem, Situation with { Referent = DaySet.Empty }));

    [Fact]
    public void A_coordinator_who_is_never_there() =>
        Assert.Equal([new Barred("COORDINATOR_AWAY", 4)], Never(Problem with { Coordinators = [DaySet.Empty] }, Situation));

    [Fact]
    public void Days_without_sessions_and_a_coordinator_away_on_the_others_most_first()
    {
        var problem = Problem with { Coordinators = [DaySet.Of(0)], Poles = [Problem.Poles[0] with { SessionDays = DaySet.Of(1) }] };
        Assert.Equal([new Barred("NO_SESSION_THAT_DAY", 3), new Barred("COORDINATOR_AWAY", 1)], Never(problem, Situation));
    }

    [Fact]
    public void A_month_that_is_full_a_session_too_and_a_coordinator_elsewhere()
    {
        // Three in the first pôle's only session, on day 0; the second pôle meets on day 1; the fifth finds no place.
        var situations = Enumerable.Repeat(Situation, 3).Append(Situation with { Pole = 1 }).Append(Situation);
        var plan = Explanation.Of(Problem with { Situations = [.. situations] }, [0, 0, 0, 1, null]);
        var left = Assert.Single(plan);
        Assert.Equal(4, left.Situation);
        Assert.True(left.Ever);
        Assert.Equal([new Barred("MONTH_FULL", 2), new Barred("COORDINATOR_TAKEN", 1), new Barred("SESSION_FULL", 1)], left.Obstacles);
    }

    [Fact]
    public void A_place_that_costs_more_than_it_is_worth()
    {
        var problem = Problem with { Prices = new PlanningPrices { LeftOut = 5 } };
        var plan = Planner.Search(problem, seed: 1, p => p.Iterations >= 1_000);
        Assert.Equal([new Barred("NOT_WORTH_IT", 4)], Assert.Single(Explanation.Of(problem with { Prices = problem.Prices with { Gp = 0 } }, plan.Days)).Obstacles);
    }

    private static IReadOnlyList<Barred> Never(PlanningProblem problem, SituationToPlace situation)
    {
        var plan = Planner.Search(problem with { Situations = [situation] }, seed: 1, p => p.Iterations >= 1_000);
        var left = Assert.Single(Explanation.Of(problem with { Situations = [situation] }, plan.Days));
        Assert.False(left.Ever);
        return left.Obstacles;
    }
}
