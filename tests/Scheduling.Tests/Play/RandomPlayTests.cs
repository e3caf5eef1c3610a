using System.Globalization;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>
/// « For any sequence of verbs, times and roles the invariants S1–S11 and C2–C5 hold »: hundreds of sequences of real calls
/// against the service and its database. What fails is made shorter and told with its seed; <c>PLAY_SEED</c> repeats it,
/// <c>PLAYS</c> plays more.
/// </summary>
public sealed class RandomPlayTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    private const int Length = 50;
    private const int Attempts = 60;
    private int failures;

    [Fact]
    public async Task No_sequence_of_calls_breaks_an_invariant()
    {
        var plays = Setting("PLAYS", 200);
        var seed = Setting("PLAY_SEED", Environment.TickCount);
        TestContext.Current.TestOutputHelper?.WriteLine($"PLAY_SEED={seed}");
        var done = new HashSet<string>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(0, plays), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (play, _) =>
        {
            var numbers = Numbers(seed, play);
            var (failure, script) = await Play(numbers, play, eachStep: false);
            lock (done)
            {
                done.UnionWith(script.Done);
            }

            if (failure is not null && Interlocked.Increment(ref failures) == 1)
            {
                Assert.Fail(await Told(numbers, play, seed));
            }
        });
        // The dice must come to everything, else it says little.
        Assert.Equal(plays < 100 ? [] : PlayVerbs.All.Select(v => v.Name).Except(done), []);
    }

    /// <summary>Two who play at once in one world.</summary>
    [Fact]
    public async Task Nor_do_two_sequences_at_once()
    {
        var seed = Setting("PLAY_SEED", Environment.TickCount);
        for (var play = 0; play < Setting("PLAYS", 200) / 10; play++)
        {
            var world = await new PlayWorld(fixture, play).Set();
            RandomPlay[] players = [new(world), new(world)];
            await Task.WhenAll(players.Select(async (player, i) =>
            {
                foreach (var number in Numbers(seed + i + 1, play))
                {
                    await player.Step(number);
                }
            }));
            var gone = players.SelectMany(p => p.Gone).ToHashSet(StringComparer.Ordinal);
            var broken = await PlayInvariants.Broken(world, gone);
            Assert.True(broken.Count == 0, $"PLAY_SEED={seed}, play {play}\n{string.Join('\n', broken)}\n{string.Join('\n', players[0].Script)}\n---\n{string.Join('\n', players[1].Script)}");
        }
    }

    private static int[] Numbers(int seed, int play)
    {
        var dice = new Random(unchecked((seed * 7919) + play));
        return [.. Enumerable.Range(0, Length).Select(_ => dice.Next())];
    }

    /// <returns>What failed; null: nothing.</returns>
    private async Task<(string? Failure, RandomPlay Play)> Play(IReadOnlyList<int> numbers, int play, bool eachStep)
    {
        var world = await new PlayWorld(fixture, play).Set();
        var player = new RandomPlay(world);
        try
        {
            foreach (var number in numbers)
            {
                await player.Step(number);
                if (eachStep && await PlayInvariants.Broken(world, player.Gone) is { Count: > 0 } early)
                {
                    return (string.Join('\n', early), player);
                }
            }
        }
        catch (PlayFailure failure)
        {
            return (failure.Message, player);
        }

        return (await PlayInvariants.Broken(world, player.Gone) is { Count: > 0 } broken ? string.Join('\n', broken) : null, player);
    }

    /// <summary>Cut after the first step that breaks something, then without each step that it does not take.</summary>
    private async Task<string> Told(IReadOnlyList<int> numbers, int play, int seed)
    {
        var (failure, player) = await Play(numbers, play, eachStep: true);
        var shortest = numbers.Take(player.Script.Count).ToList();
        for (var (at, left) = (shortest.Count - 1, Attempts); at >= 0 && left > 0; at--, left--)
        {
            var without = shortest.Where((_, i) => i != at).ToList();
            if (await Play(without, play, eachStep: false) is ({ } still, var shorter))
            {
                (failure, player) = (still, shorter);
                shortest = [.. without.Take(shorter.Script.Count)];
            }
        }

        return $"PLAY_SEED={seed}, play {play}: {failure}\n{string.Join('\n', player.Script)}";
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var said) ? said : otherwise;
}
