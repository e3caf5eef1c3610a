using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>
/// Thousands of made-up stories against the ledger in memory: balances equal, nothing paid twice, nothing lost, debits = credits
/// after every step, in any order of duplicated, late or reordered events. The seed is printed;
/// <c>LEDGER_SEED=n</c> plays its stories again, <c>LEDGER_STORIES=n</c> plays more.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int Stories = 3_000;
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    [Fact]
    public void Every_story_ends_with_everybody_paid_what_is_due_once()
    {
        var seed = Said("LEDGER_SEED") ?? (ulong)TimeProvider.System.GetUtcNow().UtcTicks;
        var stories = (int)(Said("LEDGER_STORIES") ?? Stories);
        Console.WriteLine($"LEDGER_SEED={seed} LEDGER_STORIES={stories}");
        output.WriteLine($"LEDGER_SEED={seed}");
        var met = new Dictionary<string, int>(StringComparer.Ordinal);
        var config = Config.QuickThrowOnFailure.WithMaxTest(stories).WithReplay(seed, Gamma);
        Prop.ForAll(Story.Any.ToArbitrary(), story => Play(story, met)).Check(config);
        output.WriteLine(string.Join(", ", met.Select(m => $"{m.Key}: {m.Value}")));
        Assert.Equal(11, met.Count);
    }

    private static void Play(Story story, Dictionary<string, int> met)
    {
        var world = new World(story);
        world.Play();
        foreach (var mark in world.Marks())
        {
            met[mark] = met.GetValueOrDefault(mark) + 1;
        }
    }

    private static ulong? Said(string variable) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
