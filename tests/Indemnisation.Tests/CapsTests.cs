using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Lines;

namespace Intervision.Indemnisation.Tests;

/// <summary>DESIGN §7.17: session, day, year, envelope, in that order, each reduction with its reason.</summary>
public sealed class CapsTests
{
    private static readonly Caps Some = new() { SessionCents = 20_000, DayCents = 25_000, YearCents = new Dictionary<int, long> { [2026] = 100_000 } };

    public static TheoryData<long, Used, long, long, string> Table => new()
    {
        { 13_500, new Used(0, 0, 0, 0), 1_000_000, 13_500, "" },
        { 13_500, new Used(13_500, 13_500, 13_500, 0), 1_000_000, 6_500, "CAP_SESSION:7000" },
        { 13_500, new Used(0, 15_000, 15_000, 0), 1_000_000, 10_000, "CAP_DAY:3500" },
        { 13_500, new Used(0, 0, 99_000, 0), 1_000_000, 1_000, "CAP_YEAR:12500" },
        { 13_500, new Used(0, 0, 100_500, 0), 1_000_000, 0, "CAP_YEAR:13500" },
        { 13_500, new Used(0, 0, 0, 995_000), 1_000_000, 5_000, "CAP_ENVELOPE:8500" },
        { 13_500, new Used(10_000, 20_000, 0, 999_999), 1_000_000, 1, "CAP_SESSION:3500 CAP_DAY:5000 CAP_ENVELOPE:4999" },
        { 13_500, new Used(0, 0, 0, 2_000_000), 1_000_000, 0, "CAP_ENVELOPE:13500" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_cap_takes_from_what_the_one_before_left(long due, Used used, long envelope, long amount, string reductions)
    {
        var (given, taken) = Some.Apply(due, 2026, used, envelope);
        Assert.Equal(amount, given);
        Assert.Equal(reductions, string.Join(' ', taken.Select(r => $"{r.Cap}:{r.Cents}")));
    }

    [Fact]
    public void What_is_given_and_what_is_taken_make_what_was_due() =>
        Prop.ForAll(
            Gen.Choose(0, 50_000).ToArbitrary(),
            Gen.ArrayOf(Gen.Choose(0, 120_000), 4).ToArbitrary(),
            Gen.Choose(0, 150_000).ToArbitrary(),
            (due, used, envelope) =>
            {
                var (given, taken) = Some.Apply(due, 2026, new Used(used[0], used[1], used[2], used[3]), envelope);
                return given >= 0 && given + taken.Sum(r => r.Cents) == due && taken.All(r => r.Cents > 0);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(2025, 0)]
    [InlineData(2026, 100_000)]
    [InlineData(2030, 100_000)]
    public void A_year_that_is_not_said_has_the_cap_of_the_last_one_before(int year, long cap) => Assert.Equal(cap, Some.OfYear(year));
}
