using FsCheck;
using FsCheck.Fluent;
using Intervision.Benchmarks.Planner;
using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

public sealed class LonePoleTests
{
    /// <summary>
    /// Of each pôle alone, in the pôles' order: HiGHS 1.15 (its npm package) proves each optimal, on the model with one variable for a
    /// situation on a day, one for a session and one for its seats above the normal, x ≤ y for each situation and session.
    /// </summary>
    private static readonly double[]
        OfRegion1 = [88, 137, 131, 210, 148, 179, 7, 32, 16, 219, 86, 144, 200, 41, 92, 6, 138, 141, 143, 96],
        OfSeed7 = [51, 157, 275, 49, 148, 116, 96, 126, 185, 152, 63, 220, 34, 104, 124, 91, 123, 52, 57, 82];

    private static readonly InstanceFile Seed7 = InstanceFamily.Make(seed: 7);

    public static TheoryData<string, int, double> Poles =>
        [.. OfRegion1.Index().Select(p => ("region-1", p.Index, p.Item)), .. OfSeed7.Index().Select(p => ("seed 7", p.Index, p.Item))];

    [Theory]
    [MemberData(nameof(Poles))]
    public void A_pole_alone_is_planned_at_its_optimum_and_the_search_ends_there(string instance, int pole, double optimum)
    {
        var problem = (instance == "seed 7" ? Seed7 : Region1.File).Only([pole]).ToProblem();
        var plan = Planner.Search(problem, seed: 1, p => p.Iterations >= 300_000);
        Assert.Equal((optimum, true), (plan.Objective, plan.Proven));
        Assert.Empty(PlanEvaluation.Of(problem, plan.Days).Broken);
    }

    /// <summary>With everything a problem can have: sessions and situations that stand, rhythms, prices of change, a session of the coordinator's elsewhere.</summary>
    [Fact]
    public void Of_a_small_pole_alone_it_finds_the_best_plan_there_is_and_says_so() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var problem = Alone(seed);
            var plan = Planner.Search(problem, seed, p => p.Iterations >= 100_000);
            var best = SmallProblems.EveryPlan(problem).Select(days => PlanEvaluation.Of(problem, days)).Where(e => e.Broken.Count == 0).Min(e => e.Objective);
            return plan.Proven && Math.Abs(plan.Objective - best) < 1e-6 && PlanEvaluation.Of(problem, plan.Days).Broken.Count == 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_the_fees_no_plan_is_below_the_bound() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), Gen.Choose(-20, 40).ListOf(5).ToArbitrary(), (seed, fees) =>
        {
            var problem = Alone(seed);
            var tables = new SearchTables(problem);
            var pole = LonePole.Of(tables)!;
            var bound = new PoleBound(pole).Of([.. pole.LeftOut.Select((most, s) => Math.Min(most, fees[s] * 1000))]);
            return SmallProblems.EveryPlan(problem).Select(days => PlanEvaluation.Of(problem, days)).Where(e => e.Broken.Count == 0)
                .All(e => e.Objective * 1000 >= bound + Rest(tables, pole) - 0.001);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Among_given_sessions_no_seating_is_cheaper() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), Gen.Choose(0, 127).ToArbitrary(), (seed, chosen) =>
        {
            // Sessions are there, whatever they cost and however many a month has.
            var problem = Alone(seed);
            problem = problem with
            {
                Poles = [.. problem.Poles.Select(p => p with { SessionsPerMonth = problem.Days })],
                Prices = problem.Prices with { Session = 0, ChangedSession = 0 },
            };
            var tables = new SearchTables(problem);
            var pole = LonePole.Of(tables)!;
            var held = pole.Stands.Select((stands, d) => stands || (chosen >> d & 1) != 0).ToArray();
            var days = pole.Days.Where((_, d) => held[d]).ToHashSet();
            var best = SmallProblems.EveryPlan(problem).Where(plan => plan.All(d => d is null || days.Contains(d.Value)))
                .Select(plan => PlanEvaluation.Of(problem, plan)).Where(e => e.Broken.Count == 0).Min(e => e.Objective);
            return Math.Abs((new Seating(pole).Best(held) + Rest(tables, pole)) / 1000.0 - best) < 1e-6;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Where_a_session_is_paid_for_being_held_annealing_goes_on_until_it_is_stopped()
    {
        var problem = Alone(seed: 1);
        problem = problem with
        {
            Poles = [.. problem.Poles.Select(p => p with { CurrentSessions = DaySet.Between(0, problem.Days), KeptSessions = DaySet.Empty })],
            Prices = problem.Prices with { ChangedSession = problem.Prices.Session + 1 },
        };
        var plan = Planner.Search(problem, seed: 1, p => p.Iterations >= 1_000);
        Assert.False(plan.Proven);
        Assert.InRange(plan.Iterations, 1_000, 2_000);
    }

    [Fact]
    public void Stopped_before_the_proof_it_gives_the_best_so_far()
    {
        var problem = Region1.File.Only([8]).ToProblem();
        var plan = Planner.Search(problem, seed: 1, p => p.Iterations >= 5_000);
        Assert.False(plan.Proven);
        Assert.InRange(plan.Objective, 16.001, 400);
        Assert.Empty(PlanEvaluation.Of(problem, plan.Days).Broken);
    }

    /// <summary>What every plan costs, situations without a day included.</summary>
    private static long Rest(SearchTables tables, LonePole pole) => tables.Base + tables.LeftOut.Sum(p => (long)p) - pole.LeftOut.Sum(p => (long)p);

    /// <summary>All situations are of the first pôle; the others keep what stands of theirs.</summary>
    private static PlanningProblem Alone(int seed)
    {
        var problem = SmallProblems.Make(seed);
        return problem with { Situations = [.. problem.Situations.Select(s => s with { Pole = 0 })] };
    }
}
