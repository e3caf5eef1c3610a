using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Planning;

namespace Intervision.Scheduling.Tests.Planning;

public sealed class SearchStateTests
{
    [Fact]
    public void Whatever_is_placed_and_removed_the_running_sum_is_what_the_plan_is_worth() =>
        Prop.ForAll(Gen.Choose(0, 100_000).ToArbitrary(), Gen.Choose(0, 9_999).ListOf().ToArbitrary(), (seed, steps) =>
        {
            var problem = SmallProblems.Make(seed);
            var tables = new SearchTables(problem);
            var state = new SearchState(tables);
            foreach (var step in steps)
            {
                var s = step % problem.Situations.Count;
                var before = state.Objective;
                if (state.DayOf[s] != SearchTables.Out)
                {
                    var adds = state.RemovingAdds(s);
                    state.Remove(s);
                    Assert.Equal(before + adds, state.Objective);
                    continue;
                }

                var day = step / 10 % problem.Days;
                var placing = state.PlacingAdds(s, day);
                var broken = PlanEvaluation.Of(problem, Days(state, s, day)).Broken;
                Assert.Equal(broken.Count > 0 || (problem.Situations[s].Pinned && problem.Situations[s].CurrentDay != day), placing == SearchTables.Impossible);
                if (placing != SearchTables.Impossible)
                {
                    state.Place(s, day);
                    Assert.Equal(before + placing, state.Objective);
                }
            }

            // A pinned situation that is out costs what no plan does; the evaluation knows nothing of that.
            var pinnedOut = problem.Situations.Index().Where(s => s.Item.Pinned && state.DayOf[s.Index] == SearchTables.Out)
                .Sum(_ => SearchTables.Impossible / 1000.0 - problem.Prices.LeftOut - problem.Prices.ChangedSituation);
            Assert.Equal(PlanEvaluation.Of(problem, Days(state)).Objective + pinnedOut, state.Objective / 1000.0, 6);
        }).QuickCheckThrowOnFailure();

    private static int?[] Days(SearchState state, int situation = -1, int day = 0) =>
        [.. state.DayOf.Select((d, s) => s == situation ? day : d == SearchTables.Out ? (int?)null : d)];
}
