using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Seasons;

namespace Intervision.Scheduling.Tests.Seasons;

public sealed class AlignmentTests
{
    private const long Loss = 10_000;

    [Theory]
    [InlineData("1 36 64", "3 38 66", "0 1 2")]
    [InlineData("1 30 60 90", "2 62", "0 -1 1 -1")]
    [InlineData("50", "1 52 100", "1")]
    [InlineData("1 2 3", "", "-1 -1 -1")]
    [InlineData("", "1 2", "")]
    public void Sessions_take_the_dates_that_move_them_least(string sessions, string dates, string taken) =>
        Assert.Equal(taken, string.Join(' ', Align(Days(sessions), Days(dates))));

    [Fact]
    public void No_assignment_in_order_is_cheaper() =>
        Prop.ForAll(
            Gen.Choose(0, 60).ListOf(5).Two().ToArbitrary(),
            both =>
            {
                var (sessions, dates) = (both.Item1.Order().ToList(), both.Item2.Distinct().Order().ToList());
                var taken = Align(sessions, dates);
                Assert.Equal(taken.Where(d => d >= 0), taken.Where(d => d >= 0).Order().Distinct());
                Assert.Equal(Cheapest(sessions, dates, 0, 0), Cost(sessions, dates, taken));
            }).QuickCheckThrowOnFailure();

    private static long Cost(List<int> sessions, List<int> dates, int[] taken) =>
        taken.Index().Sum(p => p.Item < 0 ? Loss : Math.Abs(dates[p.Item] - sessions[p.Index]));

    /// <summary>Every way there is.</summary>
    private static long Cheapest(List<int> sessions, List<int> dates, int s, int from) => s == sessions.Count
        ? 0
        : Enumerable.Range(from, dates.Count - from).Select(d => Math.Abs(dates[d] - sessions[s]) + Cheapest(sessions, dates, s + 1, d + 1))
            .Append(Loss + Cheapest(sessions, dates, s + 1, from)).Min();

    private static int[] Align(List<int> sessions, List<int> dates) =>
        Alignment.Of(sessions.Count, dates.Count, _ => Loss, (s, d) => Math.Abs(dates[d] - sessions[s]));

    private static List<int> Days(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => int.Parse(t, System.Globalization.CultureInfo.InvariantCulture))];
}
