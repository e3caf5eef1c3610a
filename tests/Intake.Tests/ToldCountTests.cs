using FsCheck;
using FsCheck.Fluent;
using Intervision.Intake.Alerts;

namespace Intervision.Intake.Tests;

/// <summary>Counts told of alerts, by themselves and set against each other.</summary>
public sealed class ToldCountTests
{
    private static readonly string[] Codes = ["context/A", "motive/B", "product/C"];
    private static readonly string[] Poles = ["poles/1", "poles/2", "poles/3"];
    private static readonly DateOnly First = new(2026, 1, 1);

    [Theory]
    [InlineData(0, 0, "<5")]
    [InlineData(4, 4, "<5")]
    [InlineData(4, 400, "<5")]
    [InlineData(5, 5, "5 ou plus")]
    [InlineData(5, 9, "5 ou plus")]
    [InlineData(5, 10, "5 à 9")]
    [InlineData(9, 20, "5 à 9")]
    [InlineData(10, 20, "10 à 14")]
    [InlineData(104, 200, "100 à 104")]
    [InlineData(104, 108, "5 ou plus")]
    public void What_is_shown(long count, long of, string expected) => Assert.Equal(expected, CountShown.Of(count, of));

    /// <summary>
    /// Of any alerts that may all be told: no group lies within another, so no told number subtracted from another leaves
    /// the number of a group. Tried on every kind of situation there can be, not by the rule itself.
    /// </summary>
    [Fact]
    public void No_group_that_is_told_lies_within_another()
    {
        var kinds =
            (from pole in Poles
             from quarter in Enumerable.Range(0, 4)
             from borne in Enumerable.Range(0, 8)
             select (pole, day: First.AddMonths(quarter * 3), codes: Codes.Where((_, i) => (borne & (1 << i)) != 0).ToArray())).ToList();
        var (refused, told) = (0, 0);
        var queries = Gen.Choose(1, 7).SelectMany(codes => Gen.Choose(1, 7).SelectMany(poles => Gen.Choose(0, 3).SelectMany(from => Gen.Choose(from + 1, 4)
            .Select(until => new CountQuery(Pick(Codes, codes), Pick(Poles, poles), First.AddMonths(from * 3), First.AddMonths(until * 3))))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.ListOf(queries, 12).ToArbitrary(), asked =>
        {
            var accepted = new List<CountQuery>();
            foreach (var query in asked.Where(q => !accepted.Exists(a => a.IsSameAs(q))))
            {
                if (accepted.Exists(a => a.Overlaps(query)))
                {
                    refused++;
                    continue;
                }

                told++;
                accepted.Add(query);
            }

            var groups = accepted.Select(q => kinds.Where(k => Counts(q, k)).ToHashSet()).ToList();
            return !groups.Exists(a => groups.Exists(b => !ReferenceEquals(a, b) && a.IsSubsetOf(b)));
        }));
        Assert.True(refused > 100 && told > 100, $"{refused} refused, {told} told");
    }

    private static string[] Pick(string[] all, int which) => [.. all.Where((_, i) => (which & (1 << i)) != 0)];

    private static bool Counts(CountQuery query, (string Pole, DateOnly Day, string[] Codes) kind) =>
        query.Poles.Contains(kind.Pole) && query.From <= kind.Day && kind.Day < query.Until && query.Codes.All(kind.Codes.Contains);
}
