namespace Intervision.Scheduling.Tests.Proposals;

/// <summary>With a database of its own: what others leave there (rooms, people) would be offered before a session is called off.</summary>
public sealed class RepairVerbsTests(SchedulingFixture fixture) : RepairPlay(fixture), IClassFixture<SchedulingFixture>
{
    private static readonly string[] EveryVerb = ["AddSession", "AssignRoom", "CancelSession", "MoveCase", "MoveSession", "PlaceCase", "SetExpert", "SetFacilitator"];

    /// <summary>The dice must come to every verb, else the property says nothing.</summary>
    [Fact]
    public async Task The_dice_come_to_every_verb()
    {
        var (seen, random) = (new HashSet<string>(StringComparer.Ordinal), new Random(1));
        for (var run = 0; run < 200 && seen.Count < EveryVerb.Length; run++)
        {
            seen.UnionWith(await Play([.. Enumerable.Range(0, 9).Select(_ => random.Next(1000))]));
        }

        Assert.Equal(EveryVerb, seen.Order(StringComparer.Ordinal));
    }
}
