using FsCheck;
using FsCheck.Fluent;
using Intervision.Benchmarks.Planner;
using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

public sealed class PlannerTests
{
    [Fact]
    public void Whatever_the_instance_and_the_seed_a_plan_breaks_no_constraint() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), Gen.Choose(1, 90).ToArbitrary(), (seed, poles, situations) =>
        {
            var problem = InstanceFamily.Make(seed, poles, situations).ToProblem();
            // Some with too little room for all.
            problem = problem with { Poles = [.. problem.Poles.Select(p => p with { SessionsPerMonth = 1 + seed % 2 })] };
            var plan = Planner.Search(problem, seed, p => p.Iterations >= 3_000);
            return PlanEvaluation.Of(problem, plan.Days).Broken.Count == 0;
        }).QuickCheckThrowOnFailure();

    /// <summary>Long enough for several plans to be made and put together, among situations that stay and seats that are taken.</summary>
    [Fact]
    public void Whatever_plans_are_put_together_nothing_is_broken_and_the_sums_are_right() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(1, 2).ToArbitrary(), Gen.Choose(2, 8).ToArbitrary(), (seed, poles, situations) =>
        {
            var problem = InstanceFamily.Make(seed, poles, situations).ToProblem();
            var first = Planner.Search(problem, seed, p => p.Iterations >= 300);
            var stays = first.Days.Index().FirstOrDefault(d => d.Item is not null, (Index: -1, Item: null)).Index;
            problem = problem with { Situations = [.. problem.Situations.Select((s, i) => s with { CurrentDay = first.Days[i], Pinned = i == stays })] };
            var said = double.MaxValue;
            var plan = Planner.Search(problem, seed, p =>
            {
                said = p.Objective;
                return p.Iterations >= 30_000L * problem.Situations.Count;
            });
            return PlanEvaluation.Of(problem, plan.Days).Broken.Count == 0 && plan.Objective == said && (stays < 0 || plan.Days[stays] == first.Days[stays]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void What_it_says_of_its_best_plan_is_what_the_plan_is_worth()
    {
        var problem = InstanceFamily.Make(seed: 3, poles: 4).ToProblem();
        var last = double.MaxValue;
        var plan = Planner.Search(problem, seed: 1, progress =>
        {
            Assert.True(progress.Objective <= last, "the best plan never gets worse");
            last = progress.Objective;
            return progress.Iterations >= 200_000;
        });
        Assert.Equal(last, plan.Objective);
    }

    [Fact]
    public void The_same_seed_and_iterations_give_the_same_plan_and_another_seed_another()
    {
        var problem = InstanceFamily.Make(seed: 5, poles: 6).ToProblem();
        Plan Search(long seed) => Planner.Search(problem, seed, p => p.Iterations >= 50_000);
        Assert.Equal(Search(1).Days, Search(1).Days);
        Assert.NotEqual(Search(1).Days, Search(2).Days);
    }

    [Fact]
    public void More_iterations_go_on_where_fewer_stopped()
    {
        var problem = InstanceFamily.Make(seed: 5, poles: 2).ToProblem();
        var seen = new List<double>();
        Planner.Search(problem, seed: 1, p =>
        {
            seen.Add(p.Objective);
            return p.Iterations >= 40_960;
        });
        Assert.Equal(seen[80], Planner.Search(problem, seed: 1, p => p.Iterations >= 20_480).Objective);
    }

    [Fact]
    public void Of_a_small_problem_it_finds_the_best_plan_there_is()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var problem = SmallProblems.Make(seed);
            var best = SmallProblems.EveryPlan(problem).Select(days => PlanEvaluation.Of(problem, days)).Where(e => e.Broken.Count == 0).Min(e => e.Objective);
            var plan = Planner.Search(problem, seed, p => p.Iterations >= 20_000);
            Assert.True(Math.Abs(best - plan.Objective) < 1e-6, $"seed {seed}: {plan.Objective} instead of {best}");
        }
    }

    [Fact]
    public void A_region_is_planned_far_better_than_by_hand()
    {
        // Four hundredths above what is proven to be a lower bound (2612.7); the benchmark goes nearer.
        var plan = Planner.Search(Region1.Problem, seed: 1, p => p.Iterations >= 8_000_000 || p.Objective <= 2717);
        Assert.InRange(plan.Objective, 2612.7, 2717);
    }

    [Fact]
    public void Who_stays_stays_and_what_costs_to_change_is_changed_for_a_reason_only()
    {
        var problem = InstanceFamily.Make(seed: 8, poles: 2).ToProblem();
        var before = Planner.Search(problem, seed: 1, p => p.Iterations >= 500_000);
        var poles = problem.Poles.Select((p, i) => p with
        {
            CurrentSessions = DaySet.Of(before.Days.Where((d, s) => d is not null && problem.Situations[s].Pole == i).Select(d => d!.Value)),
        });
        // The référent of the first situation cannot come; its session mates have been told.
        var situations = problem.Situations.Select((s, i) => s with
        {
            CurrentDay = before.Days[i],
            Referent = i == 0 ? DaySet.Of(s.Referent.Days().Except([before.Days[0]!.Value])) : s.Referent,
            Pinned = i == 1,
        });
        var repair = problem with { Poles = [.. poles], Situations = [.. situations], Prices = problem.Prices with { ChangedSituation = 30, ChangedSession = 30 } };
        var after = Planner.Search(repair, seed: 1, p => p.Iterations >= 500_000);
        Assert.Equal(before.Days[1], after.Days[1]);
        Assert.NotEqual(before.Days[0], after.Days[0]);
        Assert.Empty(PlanEvaluation.Of(repair, after.Days).Broken);
        Assert.InRange(before.Days.Zip(after.Days).Count(d => d.First != d.Second), 1, 3);
    }

    [Fact]
    public void Nothing_to_place_is_a_plan_too()
    {
        var plan = Planner.Search(new PlanningProblem([], [], [], [], [], new PlanningPrices()), seed: 1, _ => false);
        Assert.Empty(plan.Days);
        Assert.Equal(0, plan.Objective);
    }

    [Fact]
    public void A_problem_with_mistakes_is_refused()
    {
        var problem = SmallProblems.Make(1);
        var broken = problem with { Poles = [problem.Poles[0]], Situations = [.. problem.Situations.Select(s => s with { Pole = 7 })] };
        Assert.Contains("pôle 7", Assert.Throws<ArgumentException>(() => Planner.Search(broken, 1, _ => true)).Message);
    }
}
