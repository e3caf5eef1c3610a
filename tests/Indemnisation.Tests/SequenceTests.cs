using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>
/// The real service against a model in memory, over made-up seasons: sessions whose events come in any order between
/// sessions, twice, with people who come, stay away, or get their payee late.
/// </summary>
public sealed class SequenceTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private const int People = 4;
    private const int Seasons = 25;

    /// <summary>What happens to one person at one session.</summary>
    public enum Presence
    {
        NotConcerned,
        InvitedAndAbsent,
        InvitedAndPresent,
        Unannounced,
        InvitedAndTooShort,
    }

    /// <summary>One session: who, how long, and whether it is held at all.</summary>
    public sealed record Held(Presence[] Presences, int Minutes, int Kilometres, bool Cancelled);

    /// <summary>A season and the order in which its sessions' events arrive.</summary>
    public sealed record Season(Held[] Sessions, int Shuffle, int LatePayee, int EnvelopeCents);

    [Fact]
    public void Any_season_ends_with_the_totals_of_the_model_in_any_order()
    {
        var check = Prop.ForAll(Seasonal.ToArbitrary(), season => Play(season));
        check.Check(Config.QuickThrowOnFailure.WithMaxTest(Seasons).WithParallelRunConfig(null));
    }

    private static Gen<Season> Seasonal =>
        from sessions in Gen.ArrayOf(Session, 5)
        from shuffle in Gen.Choose(0, int.MaxValue - 1)
        from late in Gen.Choose(-1, People - 1)
        from envelope in Gen.Elements(30_000, 60_000, 1_000_000)
        select new Season(sessions, shuffle, late, envelope);

    private static Gen<Held> Session =>
        from presences in Gen.ArrayOf(Gen.Elements(Enum.GetValues<Presence>()), People)
        from minutes in Gen.Choose(30, 120)
        from kilometres in Gen.Choose(0, 60)
        from cancelled in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Held(presences, minutes, kilometres, cancelled);

    /// <summary>Due by the grid of DOMAIN §6, written here a second time on purpose.</summary>
    private static long DueInModel(Season season)
    {
        long total = 0;
        foreach (var session in season.Sessions.Where(s => !s.Cancelled))
        {
            var present = session.Presences.Count(p => p is Presence.InvitedAndPresent or Presence.Unannounced);
            var tooShort = session.Presences.Count(p => p is Presence.InvitedAndTooShort);
            var quarters = (Math.Min(session.Minutes, 90) + 14) / 15;
            var travel = Math.Min(Math.Max(0, session.Kilometres - 10) * 35, 5_000);
            total += present * (quarters * 2_250 + travel) + tooShort * travel;
        }

        return total;
    }

    private async Task Play(Season season)
    {
        var scene = await fixture.NewScene(new SceneSettings { EnvelopeCents = season.EnvelopeCents });
        var people = new List<Person>();
        for (var i = 0; i < People; i++)
        {
            people.Add(await scene.NewPerson(payee: i != season.LatePayee));
        }

        var sessions = season.Sessions.Select(s => (Session: scene.NewSession(), Held: s)).ToList();
        var random = new Random(season.Shuffle);
        // Each session's own events stay in order (ruling 1); between sessions any order, and every delivery twice.
        var queues = sessions.Select(s => new Queue<Func<Task>>(Events(scene, s.Session, s.Held, people))).Where(q => q.Count > 0).ToList();
        while (queues.Count > 0)
        {
            var queue = queues[random.Next(queues.Count)];
            var deliver = queue.Dequeue();
            await deliver();
            await deliver();
            queues.RemoveAll(q => q.Count == 0);
        }

        if (season.LatePayee >= 0)
        {
            await scene.CreatePayee(people[season.LatePayee], Scene.Later);
        }

        var expected = Math.Min(DueInModel(season), season.EnvelopeCents);
        var lines = new List<IndemnityLine>();
        foreach (var (session, _) in sessions)
        {
            lines.AddRange(await scene.LinesOf(session));
        }

        var payable = lines.Where(l => l.State == LineState.Calculated).ToList();
        Assert.All(lines, l => Assert.True(l.State is LineState.Calculated or LineState.Cancelled, $"{l}"));
        Assert.Equal(expected, payable.Sum(l => l.Amount.ToCents()!.Value));
        Assert.Equal(expected, (await scene.Envelope()).Engaged.ToCents());
        if (expected > 0)
        {
            await Pay(scene, payable, expected);
        }

        var books = await scene.Reconcile();
        Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
        Assert.Equal(books.DebitCents, books.CreditCents);
    }

    private static async Task Pay(Scene scene, List<IndemnityLine> payable, long expected)
    {
        foreach (var part in payable.Chunk(3))
        {
            await scene.Approve(part);
            var books = await scene.Reconcile();
            Assert.True(books.Balanced && books.Reconciled, string.Join('\n', books.Differences));
        }

        var run = await scene.ReleasedRun();
        Assert.Equal(expected, run.Total.ToCents());
        Assert.Equal(expected, run.Payments.Sum(p => p.Amount.ToCents()!.Value));
        Assert.Equal(expected, (await scene.Envelope()).Consumed.ToCents());
        Assert.Equal(run.Payments.Count, run.Payments.Select(p => p.Payee).Distinct(StringComparer.Ordinal).Count());
    }

    private static IEnumerable<Func<Task>> Events(Scene scene, SessionAt session, Held held, List<Person> people)
    {
        var invited = people.Where((_, i) => held.Presences[i] is Presence.InvitedAndAbsent or Presence.InvitedAndPresent or Presence.InvitedAndTooShort).ToArray();
        yield return () => scene.Convene(session, invited);
        if (held.Cancelled)
        {
            yield return () => scene.Fixture.Deliver(
                "scheduling", new Intervision.Scheduling.Events.V1.SessionCancelled { Session = session.Name, Reason = "TEST" }, session.Name, session.StartTime.AddDays(-7));
            yield break;
        }

        var present = people
            .Select((person, i) => (person, presence: held.Presences[i]))
            .Where(p => p.presence is Presence.InvitedAndPresent or Presence.Unannounced or Presence.InvitedAndTooShort)
            .Select(p => p.person.Present(session, p.presence == Presence.InvitedAndTooShort ? 20 : held.Minutes, kilometres: held.Kilometres))
            .ToArray();
        yield return () => scene.Certify(session, present);
    }
}
