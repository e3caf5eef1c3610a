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
    [InlineData("1 2 9 30", "<5 <5 - 30 = 42")]
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

    /// <summary>
    /// The attack on all reports of a year together: region by code, every pôle's total, the region's total. What lies
    /// behind, the pôles by code, is told by none of them: whoever solves for a cell of it is left with five values at
    /// least, unless the cell is a whole row or column that is shown.
    /// </summary>
    [Fact]
    public void No_cell_of_pole_and_code_can_be_solved_from_all_reports_together()
    {
        var tables = Gen.Choose(1, 4).SelectMany(poles => Gen.Choose(1, 4).SelectMany(codes => Gen.ArrayOf(Gen.ArrayOf(Gen.Choose(0, 9), codes), poles)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(tables.ToArbitrary(), table =>
        {
            if (table.Length == 0 || table.Any(r => r.Length != table[0].Length))
            {
                return true;
            }

            var poles = table.Select(row => row.Sum()).Where(n => n > 0).ToArray();
            var codes = Enumerable.Range(0, table[0].Length).Select(k => table.Sum(row => row[k])).Where(n => n > 0).ToArray();
            var (shownPoles, shownCodes) = (SmallCells.Of(poles).Cells, SmallCells.Of(codes).Cells);
            var total = poles.Sum();
            // Any pôles and codes of one total go together: only the two margins of a cell bound it.
            return (from p in Enumerable.Range(0, poles.Length).Where(i => shownPoles[i] == Showing.Shown)
                    from k in Enumerable.Range(0, codes.Length).Where(i => shownCodes[i] == Showing.Shown)
                    let least = Math.Max(0, poles[p] + codes[k] - total)
                    let most = Math.Min(poles[p], codes[k])
                    select most - least >= SmallCells.Threshold || Math.Max(poles[p], codes[k]) == total).All(safe => safe)
                && NobodyCanTell(poles, shownPoles) && NobodyCanTell(codes, shownCodes);
        }));
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
