using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

public sealed class PlanEvaluationTests
{
    /// <summary>Objectives and violations as the scorer that comes with the instance gives them for the same five plans.</summary>
    [Theory]
    [InlineData("none", 240_000, 0)]
    [InlineData("ready", 5_192, 715)]
    [InlineData("first", 5_927, 304)]
    [InlineData("last", 88_920, 297)]
    [InlineData("two in three", 90_044, 208)]
    public void A_plan_of_the_region_is_worth_what_its_scorer_says(string plan, double objective, int violations)
    {
        var days = Region1.Problem.Situations.Select((s, i) =>
        {
            var candidates = Placing.DaysFor(Region1.Problem, s).ToList();
            return plan switch
            {
                "ready" => s.Ready,
                "first" => candidates[0],
                "last" => candidates[^1],
                "two in three" when i % 3 != 0 => candidates[i % 7],
                _ => (int?)null,
            };
        }).ToList();
        var evaluation = PlanEvaluation.Of(Region1.Problem, days);
        Assert.Equal(objective, evaluation.Objective, 6);
        Assert.Equal(violations, evaluation.Broken.Count);
    }

    [Fact]
    public void An_expert_goes_where_most_wish_for_them()
    {
        var always = DaySet.Of(0);
        var situation = new SituationToPlace(0, 0, 1, 0, always, DaySet.Empty, [0], []);
        var problem = new PlanningProblem(
            [1], [always, always], [always], [new PoleToPlan(0, always, 1, 3, 5), new PoleToPlan(1, always, 1, 3, 5)],
            [situation, situation with { Pole = 1 }, situation with { Pole = 1 }], new PlanningPrices());
        Assert.Equal(12 + 12 - 4 - 4, PlanEvaluation.Of(problem, [0, 0, 0]).Objective);
        Assert.Equal(1, PlanEvaluation.ExpertsAttend(problem, [0, 0, 0])[(0, 0)]);
        Assert.Equal(0, PlanEvaluation.ExpertsAttend(problem, [0, 0, null])[(0, 0)]);
    }

    [Fact]
    public void Changes_are_paid_for_once_each()
    {
        var always = DaySet.Between(0, 3);
        var problem = new PlanningProblem(
            [1, 1, 1], [always], [], [new PoleToPlan(0, always, 3, 3, 5) { CurrentSessions = DaySet.Of(0), KeptSessions = DaySet.Of(2) }],
            [new SituationToPlace(0, 0, 3, 0, always, DaySet.Empty, [], []) { CurrentDay = 0 }],
            new PlanningPrices { ChangedSession = 100, ChangedSituation = 1_000 });
        Assert.Equal(12, PlanEvaluation.Of(problem, [0]).Objective);
        Assert.Equal(12 + 100 + 100 + 1_000, PlanEvaluation.Of(problem, [1]).Objective);
        Assert.Equal(100 + 1_000, PlanEvaluation.Of(problem, [2]).Objective);
        Assert.Equal(200 + 100 + 1_000, PlanEvaluation.Of(problem, [null]).Objective);
    }
}
