using System.Globalization;
using Intervision.Scheduling.V1;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>
/// « For any sequence of verbs, times and roles the invariants S1–S11 and C2–C5 hold »: hundreds of sequences of real calls
/// against the service and its database, and after each call every invariant. What fails is made shorter and told with its seed; <c>PLAY_SEED</c> repeats it,
/// <c>PLAYS</c> plays more, <c>PLAY</c> that one alone.
/// </summary>
public sealed class RandomPlayTests(RandomPlayTests.Played fixture) : IClassFixture<RandomPlayTests.Played>
{
    private const int Length = 50;
    private const int Attempts = 60;
    private const int Telling = 100;
    private const int MostRounds = 5;
    private int failures;

    [Fact]
    public void Every_invariant_is_asked() =>
        Assert.Equal([.. Enumerable.Range(1, 11).Select(n => $"S{n}"), "C2", "C3", "C4", "C5"], PlayInvariants.Asked.Where(i => i.Length < 4));

    /// <summary>A verb that is added is played, or it is said here why no invariant hangs on it.</summary>
    [Fact]
    public void Every_verb_is_played()
    {
        string[] elsewhere =
        [
            "ApplyRepair", // AppliedRepairTests, after the same invariants: what it may take from other plays' pôles would not repeat.
            "PutCalendar", // Everybody's days.
            "RespondByCalendar", // Respond, in a file.
            "SendReminders", "CreateCalendarFeed", "RevokeCalendarFeed", "PublishNotice", "WithdrawNotice", "AnnounceMyself", "WithdrawAnnouncement", // Say what is; change none of it.
        ];
        var verbs = new[] { AgendaReflection.Descriptor, InvitationsReflection.Descriptor, NoticesReflection.Descriptor, PlanningReflection.Descriptor, SchedulingReflection.Descriptor, SeasonsReflection.Descriptor, SessionDayReflection.Descriptor }
            .SelectMany(f => f.Services).SelectMany(s => s.Methods).Where(m => m.InputType.FindFieldByName("request_id") is not null).Select(m => m.Name);
        Assert.Equal(verbs.Except(elsewhere).Order(StringComparer.Ordinal), PlayVerbs.All.Select(v => v.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_sequence_of_calls_breaks_an_invariant()
    {
        var only = Setting("PLAY", -1);
        var plays = only < 0 ? Setting("PLAYS", 120) : 1;
        var seed = Setting("PLAY_SEED", Environment.TickCount);
        TestContext.Current.TestOutputHelper?.WriteLine($"PLAY_SEED={seed}");
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round == 0 || (round < MostRounds && plays >= Telling && Missing().Any()); round++)
        {
            await Parallel.ForEachAsync(Enumerable.Range(only < 0 ? round * plays : only, plays), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (play, _) =>
            {
                var numbers = Numbers(seed, play);
                var (failure, script) = await Play(numbers, play);
                lock (done)
                {
                    done.UnionWith(script.Done);
                }

                if (failure is not null && Interlocked.Increment(ref failures) == 1)
                {
                    Assert.Fail(await Told(numbers, play, seed));
                }
            });
        }

        // The dice must come to everything, else it says little; they are thrown on while something rare is missing.
        Assert.Equal(plays < Telling ? [] : Missing(), []);

        IEnumerable<string> Missing() => PlayVerbs.All.Select(v => v.Name).Except(done);
    }

    /// <summary>Two who play at once in one world.</summary>
    [Fact]
    public async Task Nor_do_two_sequences_at_once()
    {
        var seed = Setting("PLAY_SEED", Environment.TickCount);
        for (var play = 0; play < Setting("PLAYS", 120) / 10; play++)
        {
            var world = await new PlayWorld(fixture, play).Set();
            RandomPlay[] players = [new(world, alone: false), new(world, alone: false)];
            await Task.WhenAll(players.Select(async (player, i) =>
            {
                foreach (var number in Numbers(seed + i + 1, play))
                {
                    await player.Step(number);
                }
            }));
            var gone = players.SelectMany(p => p.Gone).ToHashSet(StringComparer.Ordinal);
            IReadOnlyList<string> broken = [.. await PlayInvariants.Broken(fixture, world.Poles, gone), .. await world.ToldOtherwise()];
            Assert.True(broken.Count == 0, $"PLAY_SEED={seed}, play {play}\n{string.Join('\n', broken)}\n{string.Join('\n', players[0].Script)}\n---\n{string.Join('\n', players[1].Script)}");
        }
    }

    private static int[] Numbers(int seed, int play)
    {
        var dice = new Random(unchecked((seed * 7919) + play));
        return [.. Enumerable.Range(0, Length).Select(_ => dice.Next())];
    }

    /// <returns>What failed; null: nothing.</returns>
    private async Task<(string? Failure, RandomPlay Play)> Play(IReadOnlyList<int> numbers, int play)
    {
        var world = await new PlayWorld(fixture, play).Set();
        var player = new RandomPlay(world);
        try
        {
            foreach (var number in numbers)
            {
                await player.Step(number);
                if (await Broken(world, player, number) is { Count: > 0 } broken)
                {
                    return (string.Join('\n', broken), player);
                }
            }
        }
        catch (PlayFailure failure)
        {
            return (failure.Message, player);
        }

        return (await world.ToldOtherwise() is { Count: > 0 } told ? string.Join('\n', told) : null, player);
    }

    private static async Task<IReadOnlyList<string>> Broken(PlayWorld world, RandomPlay player, int number)
    {
        var broken = await PlayInvariants.Broken(world.Fixture, world.Poles, player.Gone);
        return player.Last is var (session, answer) ? [.. broken, .. await PlayTable.Broken(world, session, answer, new Random(number))] : broken;
    }

    /// <summary>It stopped at the first step that breaks something; without each step that it does not take.</summary>
    private async Task<string> Told(IReadOnlyList<int> numbers, int play, int seed)
    {
        var (failure, player) = await Play(numbers, play);
        var shortest = numbers.Take(player.Script.Count).ToList();
        for (var (at, left) = (shortest.Count - 1, Attempts); at >= 0 && left > 0; at--, left--)
        {
            var without = shortest.Where((_, i) => i != at).ToList();
            if (await Play(without, play) is ({ } still, var shorter))
            {
                (failure, player) = (still, shorter);
                shortest = [.. without.Take(shorter.Script.Count)];
            }
        }

        return $"PLAY_SEED={seed} PLAY={play}: {failure}\n{string.Join('\n', player.Script)}";
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var said) ? said : otherwise;

    /// <summary>
    /// No relay empties this outbox, and the invariants look into it for each session after each call: by subject, or the
    /// plays cost the square of their number.
    /// </summary>
    public sealed class Played : SchedulingFixture
    {
        protected override async Task Prepare()
        {
            await base.Prepare();
            await AsOwner("create index outbox_subject on outbox (subject)");
        }
    }
}
