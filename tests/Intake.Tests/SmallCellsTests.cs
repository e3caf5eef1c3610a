using FsCheck;
using FsCheck.Fluent;
using Intervision.Intake.Indicators;

namespace Intervision.Intake.Tests;

/// <summary>No number of fewer than five is shown, or can be computed from what is.</summary>
public sealed class SmallCellsTests
{
    [Theory]
    [InlineData("12 7 30", "12 7 30 = 49")]
    [InlineData("2 7 30", "<5 - 30 = 39")]
    [InlineData("2 3 30", "<5 <5 30 = 35")]
    [InlineData("1 1 30", "<5 <5 - = 32")]
    [InlineData("4 4 9", "<5 <5 - = 17")]
    [InlineData("4 5", "<5 - = 9")]
    [InlineData("1 5", "? ? = 6")]
    [InlineData("4 4", "? ? = 8")]
    [InlineData("1 1 1 1 1", "? ? ? ? ? = 5")]
    [InlineData("1 2", "? ? = <5")]
    [InlineData("4", "? = <5")]
    [InlineData("7", "7 = 7")]
    [InlineData("", " = <5")]
    public void What_is_shown(string cells, string expected)
    {
        int[] counts = [.. cells.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, System.Globalization.CultureInfo.InvariantCulture))];
        var (showings, total) = SmallCells.Of(counts);
        Assert.Equal(expected, $"{string.Join(' ', counts.Zip(showings, Text))} = {Text(counts.Sum(), total)}");

        static string Text(int count, Showing showing) =>
            showing switch { Showing.Shown => $"{count}", Showing.Small => "<5", Showing.KeptBack => "-", _ => "?" };
    }

    [Fact]
    public void No_hidden_cell_can_be_computed_from_the_others_and_the_total()
    {
        var seen = new HashSet<Showing>();
        var tables = Gen.Choose(1, 4).SelectMany(n => Gen.ArrayOf(Gen.Choose(1, 12), n));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(tables.ToArbitrary(), cells =>
        {
            // A shrunk counterexample may hold what is no cell.
            if (cells.Any(c => c < 1))
            {
                return true;
            }

            var (showings, total) = SmallCells.Of(cells);
            seen.UnionWith(showings);
            var labelsAreTrue = cells.Zip(showings).All(c => c.Second switch
            {
                Showing.Small => c.First < SmallCells.Threshold,
                Showing.Shown or Showing.KeptBack => c.First >= SmallCells.Threshold,
                _ => showings.All(s => s == Showing.Unlisted),
            });
            var totalIsRight = total == (cells.Sum() < SmallCells.Threshold ? Showing.Small : Showing.Shown);
            return labelsAreTrue && totalIsRight && NobodyCanTell(cells, showings);
        }));
        Assert.Equal(Enum.GetValues<Showing>(), seen.Order());
    }

    /// <summary>By trying every table that would look the same: each hidden cell has at least two values among them.</summary>
    private static bool NobodyCanTell(int[] cells, IReadOnlyList<Showing> showings)
    {
        if (showings.Contains(Showing.Unlisted))
        {
            // Nothing is known but a total: not even how many cells there are.
            return true;
        }

        var values = cells.Select(_ => new HashSet<int>()).ToArray();
        Try(new int[cells.Length], 0);
        return Enumerable.Range(0, cells.Length).All(i => showings[i] == Showing.Shown || values[i].Count > 1);

        void Try(int[] candidate, int at)
        {
            if (at == cells.Length)
            {
                for (var i = 0; i < cells.Length && candidate.Sum() == cells.Sum(); i++)
                {
                    values[i].Add(candidate[i]);
                }

                return;
            }

            var (low, high) = showings[at] switch
            {
                Showing.Shown => (cells[at], cells[at]),
                Showing.Small => (1, SmallCells.Threshold - 1),
                _ => (SmallCells.Threshold, cells.Sum()),
            };
            for (candidate[at] = low; candidate[at] <= high; candidate[at]++)
            {
                Try(candidate, at + 1);
            }
        }
    }
}
