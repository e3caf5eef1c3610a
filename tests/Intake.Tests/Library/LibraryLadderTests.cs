using FsCheck;
using FsCheck.Fluent;
using Intervision.Intake.Library;

namespace Intervision.Intake.Tests.Library;

/// <summary>Whoever knows the rule and every case still finds five to whom an entry may belong.</summary>
public sealed class LibraryLadderTests
{
    private static readonly string[] Bands = ["0-14", "15-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"];

    [Theory]
    [InlineData("35-44", "35-44", "35-54", "ADULTE")]
    [InlineData("18-24", "18-24", "18-34", "ADULTE")]
    [InlineData("75+", "75+", "55+", "ADULTE")]
    [InlineData("0-14", "0-14", "0-17", "MINEUR")]
    [InlineData("15-17", "15-17", "0-17", "MINEUR")]
    [InlineData("30-39", "30-39", null, "ADULTE")]
    [InlineData("15-20", "15-20", null, null)]
    [InlineData("inconnu", null, null, null)]
    [InlineData("", null, null, null)]
    [InlineData("-", null, null, null)]
    public void Age_bands(string band, string? asIs, string? wider, string? widest) =>
        Assert.Equal([asIs, wider, widest], Enumerable.Range(0, 3).Select(l => Ladder.At(new Traits(band, "NPDC", "ALCOOL", "AUTRE"), new Step(l, 0, 0, 0))?.AgeBand));

    [Theory]
    [InlineData("TSO_METHADONE", "TSO_METHADONE", "OPIOIDES")]
    [InlineData("JEUX", "JEUX", "ADDICTION_SANS_PRODUIT")]
    [InlineData("NOUVEAU", "NOUVEAU", null)]
    [InlineData(null, null, null)]
    public void Products(string? product, string? asIs, string? family) =>
        Assert.Equal([asIs, family, ""], Enumerable.Range(0, 3).Select(l => Ladder.At(new Traits("35-44", "NPDC", product, "AUTRE"), new Step(0, 0, l, 0))?.Product));

    [Theory]
    [InlineData("NOMADISME_MEDICAL", "NOMADISME_MEDICAL", "PARCOURS")]
    [InlineData("AUTRE", "AUTRE", null)]
    [InlineData(null, null, null)]
    public void Motives(string? motive, string? asIs, string? group) =>
        Assert.Equal([asIs, group, ""], Enumerable.Range(0, 3).Select(l => Ladder.At(new Traits("35-44", "NPDC", "ALCOOL", motive), new Step(0, 0, 0, l))?.Motive));

    [Theory]
    [InlineData("NPDC", "NPDC")]
    [InlineData("PICARDIE", "PICARDIE")]
    [InlineData("ailleurs", null)]
    [InlineData(null, null)]
    public void Areas(string? area, string? asIs) =>
        Assert.Equal([asIs, "HAUTS_DE_FRANCE"], Enumerable.Range(0, 2).Select(l => Ladder.At(new Traits("35-44", area, "ALCOOL", "AUTRE"), new Step(0, l, 0, 0))?.Area));

    [Fact]
    public void Every_step_once_and_never_up_and_down_again()
    {
        Assert.Equal(54, Ladder.Steps.Distinct().Count());
        Assert.Equal(new Step(0, 0, 0, 0), Ladder.Steps[0]);
        Assert.Equal(new Step(0, 1, 0, 0), Ladder.Steps[1]);
        Assert.Equal(new Step(2, 1, 2, 2), Ladder.Steps[^1]);
        int[] heights = [.. Ladder.Steps.Select(s => s.AgeBand + s.Area + s.Product + s.Motive)];
        Assert.Equal(heights.Order(), heights);
    }

    [Fact]
    public void Five_alike_are_shown_as_they_are_and_a_sixth_who_is_not_alone()
    {
        var five = new Traits("35-44", "NPDC", "ALCOOL", "AUTRE");
        var crowds = Crowds.Of([new Alike(five, [], 5), new Alike(five with { AgeBand = "45-54" }, [], 1)]);
        Assert.Equal(new Shown("35-44", "NPDC", "ALCOOL", "AUTRE"), crowds[five].Shown);
        // Counted with the five it would be shown as 35-54, and everybody would know that it is none of them.
        Assert.False(crowds.ContainsKey(five with { AgeBand = "45-54" }));
    }

    [Fact]
    public void Four_of_one_age_and_three_of_the_next_are_shown_as_of_both()
    {
        var four = new Traits("35-44", "NPDC", "ALCOOL", "AUTRE");
        var crowds = Crowds.Of([new Alike(four, [], 4), new Alike(four with { AgeBand = "45-54" }, [], 3)]);
        Assert.Equal(new Shown("35-54", "NPDC", "ALCOOL", "AUTRE"), Assert.Single(crowds.Values.Distinct()).Shown);
        Assert.Equal(2, crowds.Count);
    }

    [Fact]
    public void Orientations_that_fewer_than_five_were_given_together_are_left_out_the_rarest_first()
    {
        var traits = new Traits("35-44", "NPDC", "ALCOOL", "AUTRE");
        var crowd = new Crowd(Ladder.At(traits, Ladder.Steps[0])!, [new Alike(traits, ["A", "B"], 5), new Alike(traits, ["A", "C"], 4), new Alike(traits, ["B", "D"], 1)]);
        Assert.Equal(["A", "B"], crowd.Common(["A", "B"]));
        Assert.Equal(["A"], crowd.Common(["A", "C"]));
        Assert.Equal(["A", "B"], crowd.Common(["D", "A", "C", "B"]));
        Assert.Empty(crowd.Common(["C", "D"]));
        Assert.Empty(crowd.Common([]));
    }

    [Fact]
    public void Every_crowd_is_of_five_and_true_of_everybody_in_it()
    {
        var (published, generalised, refused) = (0, 0, 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(Populations.ToArbitrary(), population =>
        {
            var crowds = Crowds.Of(population);
            // The attacker: knows every case and the rule, sees what is shown, and asks of whom it would be shown.
            var candidates = population.Where(p => crowds.ContainsKey(p.Traits)).GroupBy(p => crowds[p.Traits].Shown).ToDictionary(g => g.Key, g => g.Sum(p => p.Count));
            published += candidates.Values.Sum();
            generalised += population.Count(p => crowds.TryGetValue(p.Traits, out var c) && c.Shown != Ladder.At(p.Traits, Ladder.Steps[0]));
            refused += population.Count(p => !crowds.ContainsKey(p.Traits));
            return candidates.Values.All(n => n >= 5)
                && crowds.Values.All(c => c.Size >= 5)
                && crowds.All(c => Ladder.Steps.Any(step => Ladder.At(c.Key, step) == c.Value.Shown))
                && crowds.All(c => c.Value.Members.Any(m => m.Traits == c.Key));
        }));
        Assert.True(published > 0 && generalised > 0 && refused > 0, $"{published} {generalised} {refused}");
    }

    [Fact]
    public void The_order_in_which_cases_came_tells_nothing() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Populations.ToArbitrary(), population =>
        {
            var (there, back) = (Crowds.Of(population), Crowds.Of([.. population.Reverse()]));
            return there.Count == back.Count && there.All(c => back[c.Key].Shown == c.Value.Shown && back[c.Key].Size == c.Value.Size);
        }));

    /// <summary>Two who are told apart by one thing only: what is published of everybody else does not depend on which of them is there.</summary>
    [Fact]
    public void Of_a_crowd_any_one_might_be_the_one() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Populations.ToArbitrary(), population =>
        {
            var crowds = Crowds.Of(population);
            return crowds.Values.Distinct().All(crowd => crowd.Members.All(m => crowds[m.Traits].Shown == crowd.Shown));
        }));

    [Fact]
    public void Orientations_shown_never_single_out_fewer_than_five() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Populations.ToArbitrary(), population =>
            Crowds.Of(population).Values.Distinct().All(crowd => crowd.Members.All(m =>
                crowd.Common(m.Orientations) is var shown
                && shown.All(m.Orientations.Contains)
                && crowd.Members.Where(o => shown.All(o.Orientations.Contains)).Sum(o => o.Count) >= 5))));

    private static Gen<IReadOnlyList<Alike>> Populations =>
        from size in Gen.Choose(0, 60)
        from cases in Gen.ArrayOf(
            from band in Gen.Elements(Bands)
            from area in Gen.Elements<string?>("NPDC", "NPDC", "PICARDIE", null)
            from product in Gen.Elements<string?>("ALCOOL", "ALCOOL", "COCAINE", "OPIACES", "NOUVEAU", null)
            from motive in Gen.Elements<string?>("COMPLEXITE_SUIVI", "COMPLEXITE_SUIVI", "RUPTURE_SOINS", "POLYCONSOMMATION", "AUTRE")
            from orientations in Gen.SubListOf("A", "B", "C")
            from count in Gen.Choose(1, 3)
            select new Alike(new Traits(band, area, product, motive), [.. orientations], count), size)
        select (IReadOnlyList<Alike>)cases;
}
