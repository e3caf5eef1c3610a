using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Reason = Intervision.Scheduling.V1.CancelSessionRequest.Types.Reason;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>However a session is moved, convened, led by others and called off, in whatever order.</summary>
public sealed class MoveInvariantTests
{
    private static readonly string[] Cases = [.. Enumerable.Range(1, 4).Select(A.Case)];
    private static readonly TimeOnly[] Times = [new(12, 15), new(2, 30), new(18, 0), new(0, 5)];
    private static readonly Dictionary<string, Person> People = new[] { A.Person("F", A.Capacity("1", "L")), A.Person("X", A.Capacity("2")), A.Person("G", A.Capacity("3")) }.ToDictionary(p => p.Name, StringComparer.Ordinal);

    private static readonly Pole Pole = new()
    {
        Name = "poles/P1", Programme = "programmes/ADDICTIONS", Rhythm = "MONTHLY", Weekday = 2, StartTime = new TimeOnly(12, 15), DurationMinutes = 90, MaximumCases = 5, MinutesPerCase = 30,
        ClosedMonths = [7, 8], ExpertRequired = true,
    };

    [Fact]
    public void Whatever_the_order_a_session_stands_where_it_may_and_everybody_was_told() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ListOf(80).ToArbitrary(),
            dice =>
            {
                var (meeting, moved) = (A.Meeting(), 0);
                foreach (var die in dice)
                {
                    if (Try(meeting, die) is { } decided)
                    {
                        moved += decided.Events.OfType<SessionMoved>().Count();
                        MustFollow(meeting, decided);
                        meeting = decided.After;
                        MustHold(meeting, moved);
                    }
                }
            }).QuickCheckThrowOnFailure();

    /// <summary>The dice must move, convene, replace and call off, else the property says nothing.</summary>
    [Fact]
    public void The_dice_do_all_of_it()
    {
        var done = new HashSet<string>();
        for (var seed = 0; seed < 200; seed++)
        {
            var (meeting, random) = (A.Meeting(), new Random(seed));
            for (var i = 0; i < 80; i++)
            {
                if (Try(meeting, random.Next(1_000_000)) is { } decided)
                {
                    done.UnionWith(decided.Events.Select(e => $"{meeting.State} {e.Descriptor.Name}"));
                    meeting = decided.After;
                }
            }
        }

        Assert.Superset(
            new HashSet<string> { "Planned SessionMoved", "Prepared SessionMoved", "Convened SessionMoved", "Convened SessionConvened", "Convened SessionCancelled", "Planned SessionCancelled" }, done);
    }

    private static Decided? Try(Meeting meeting, int die)
    {
        var (verb, a, b) = (die % 9, die / 9 % 97, die / 873);
        var now = meeting.Start.AddDays(-11 + (a % 12));
        try
        {
            return verb switch
            {
                0 => Placement.Decide(meeting.State == SessionState.Planned && meeting.FreezeTime is null ? [meeting] : [], [.. Cases.Except(meeting.Live.Select(i => i.Case)).Take(1)]).Filled is [var filled] ? filled.Decided : null,
                1 => FreezeAgenda.Decide(meeting, conventionInForce: true, now),
                2 => HoldPreparatoryMeeting.Decide(meeting, meeting.Date.AddDays(-(a % 8)), everyItemReviewed: false, now),
                3 => ConveneSession.Decide(meeting, With("professionals/F", "professionals/X", meeting)),
                4 or 5 or 6 => MoveSession.Decide(meeting, new MoveSession.Slot(meeting.Date.AddDays((b % 40) - 10), Times[a % Times.Length], 30 * (1 + (b % 4))), Around(a), now),
                7 => Substitution.Decide(meeting, a % 2 == 0 ? With("professionals/G", "professionals/X", meeting) : With("professionals/F", "", meeting)),
                _ => b % 9 == 0 ? CancelSession.Decide(meeting, (Reason)(1 + (a % 9)), "Texte") : null,
            };
        }
        catch (RuleBroken)
        {
            return null;
        }
    }

    private static MoveSession.Around Around(int a) => new(Pole, Holidays.LegalOnly, ConventionInForce: a % 5 != 0, OtherThatDay: a % 7 == 0, new Dictionary<string, string[]>());

    private static ConveneSession.Convening With(string facilitator, string expert, Meeting meeting)
    {
        CasePeople[] cases = [.. meeting.Live.Select(i => new CasePeople { Name = i.Case, Requester = "professionals/G" })];
        return new ConveneSession.Convening(Pole, true, facilitator, expert, expert.Length > 0 ? "" : "Malade", Invitations.For(facilitator, expert, cases), People) { Cases = cases };
    }

    private static void MustFollow(Meeting before, Decided decided)
    {
        var after = decided.After;
        var moves = decided.Events.OfType<SessionMoved>().Any();
        Assert.NotEqual(SessionState.Cancelled, before.State);
        Assert.Equal(moves ? before.Sequence + 1 : before.Sequence, after.Sequence);
        Assert.Equal((before.Id, before.PlannedDate), (after.Id, after.PlannedDate));
        if (moves)
        {
            Assert.Equal(before.Items, after.Items);
            Assert.Equal(before.Invitations, after.Invitations);
            Assert.True(after.State == before.State || (before.State, after.State) == (SessionState.Prepared, SessionState.Planned));
            Assert.Null(Holidays.LegalOnly.PublicHoliday(after.Date));
            Assert.DoesNotContain(after.Date.Month, Pole.ClosedMonths);
        }
        else
        {
            Assert.Equal((before.Date, before.Start), (after.Date, after.Start));
        }
    }

    private static void MustHold(Meeting m, int moved)
    {
        Assert.Equal(moved, m.Sequence);
        Assert.Equal([m.Start], Paris.InstantsOf(m.Date, m.StartTime));
        Assert.Equal(m.Start.AddMinutes(m.DurationMinutes), m.End);
        Assert.True(m.Live.Count() <= m.Capacity, "S3");
        Assert.True(m.PreparatoryDate is null || (m.PreparatoryDate >= m.Date.AddDays(-7) && m.PreparatoryDate < m.Date), "S4");
        Assert.False(m.State == SessionState.Prepared && m.PreparatoryDate is null);
        Assert.False(m.State == SessionState.Convened && (m.Facilitator.Length == 0 || (m.Expert.Length == 0 && m.ExpertWaiverReason.Length == 0)), "S2");
        Assert.Equal(m.Warnings.Distinct(), m.Warnings);
    }
}
