using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Attendance;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>Whatever the order of verbs, times and people, the invariants of DOMAIN §5 hold.</summary>
public sealed class InvariantTests
{
    private static readonly string[] Cases = [.. Enumerable.Range(1, 6).Select(A.Case)];

    private static readonly int[] Path = [0, 0, 0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 8, 8, 9];

    private static readonly Person[] People =
        [A.Person("F", A.Capacity("1", "L")), A.Person("X", A.Capacity("2")), A.Person("Q", A.Capacity("3")), A.Person("G", A.Capacity("1")), A.Person("B", A.Capacity("1"), A.Capacity("4"))];

    [Fact]
    public void No_sequence_of_verbs_breaks_an_invariant() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ListOf(300).ToArbitrary(),
            dice =>
            {
                var (meeting, said) = (A.Meeting() with { Capacity = 3 }, new List<IMessage>());
                foreach (var die in dice)
                {
                    if (Try(meeting, die) is not { } decided)
                    {
                        continue;
                    }

                    MustFollow(meeting, decided.After);
                    said.AddRange(decided.Events);
                    meeting = decided.After;
                    MustHold(meeting, said);
                }
            }).QuickCheckThrowOnFailure();

    /// <summary>The dice must reach every state, else the property says nothing.</summary>
    [Fact]
    public void The_sequences_reach_every_state_that_verbs_lead_to()
    {
        var reached = new HashSet<SessionState>();
        for (var seed = 0; seed < 100; seed++)
        {
            var (meeting, random) = (A.Meeting() with { Capacity = 3 }, new Random(seed));
            for (var i = 0; i < 300; i++)
            {
                meeting = Try(meeting, random.Next(1_000_000))?.After ?? meeting;
                reached.Add(meeting.State);
            }
        }

        Assert.Equal(Enum.GetValues<SessionState>().Except([SessionState.Unspecified, SessionState.Settled]), reached.Order());
    }

    private static Decided? Try(Meeting meeting, int die)
    {
        // Withdrawals and cancellations are rarer than the main path, as in life.
        var (verb, a, b) = (Path[die % Path.Length], die / 100 % 97, die / 9700);
        var now = A.Start.AddDays(-12 + (a % 14));
        var person = People[b % People.Length];
        try
        {
            return verb switch
            {
                0 => Placement.Decide(meeting.State == SessionState.Planned && meeting.FreezeTime is null ? [meeting] : [], [.. Cases.Except(meeting.Live.Select(i => i.Case)).Take(1 + (a % 4))]).Filled is [var filled] ? filled.Decided : null,
                1 => FreezeAgenda.Decide(meeting, conventionInForce: a % 9 != 0, now),
                2 => HoldPreparatoryMeeting.Decide(meeting, A.Day.AddDays(-(a % 9)), everyItemReviewed: true, now),
                3 => ConveneSession.Decide(meeting, Convening(a, b)),
                4 => OpenSession.Decide(meeting, [.. meeting.Ahead.Select((item, i) => new ConsentAnswer(item.Case, (a + i) % 5 != 0, (a + i) % 5 != 0 ? "" : "CONSENT_NOT_GRANTED"))], meeting.Ahead.Take(b % 7 == 0 ? 1 : 0).Select(i => i.Case).ToList(), now),
                5 => CloseItem.Decide(meeting, new ConsentAnswer(Cases[a % Cases.Length], b % 11 != 0, b % 11 != 0 ? "" : "CONSENT_NOT_GRANTED"), [.. People.Take(1 + (b % People.Length))], now),
                6 => RecordAttendance.Decide(meeting, [A.Line(person.Name["professionals/".Length..])], People.ToDictionary(p => p.Name, StringComparer.Ordinal)),
                7 => CloseSession.Decide(meeting),
                8 => CertifyAttendance.Decide(meeting, A.Actor(a % 3 == 0 ? "coordinator@region" : person.Name, Roles.Referent), indemnified: a % 2 == 0),
                _ => LeaveAgenda.Decide(meeting, Cases[a % Cases.Length], "CONSENT_WITHDRAWN", evenOpen: b % 2 == 0, now),
            };
        }
        catch (RuleBroken)
        {
            return null;
        }
    }

    private static ConveneSession.Convening Convening(int a, int b)
    {
        var invitations = Invitations.For("professionals/F", "professionals/X", Cases.Take(3).Select(c => new CasePeople { Name = c, Requester = "professionals/Q", Actors = ["professionals/G"] }));
        var pole = new Pole { Name = "poles/P1", PreparatoryMeetingRequired = b % 3 == 0, ExpertRequired = true };
        return new ConveneSession.Convening(pole, a % 5 != 0, "professionals/F", "professionals/X", "", invitations, People.ToDictionary(p => p.Name, StringComparer.Ordinal));
    }

    /// <summary>A session only goes forward, and a certified sheet stays as it is (S9).</summary>
    private static void MustFollow(Meeting before, Meeting after)
    {
        Assert.True(after.State >= before.State, $"{before.State} → {after.State}");
        Assert.True(before.State < SessionState.AttendanceCertified, $"{before.State} was left");
        Assert.True(before.State < SessionState.Open || after.State != SessionState.Cancelled, "cancelled after opening");
    }

    private static void MustHold(Meeting m, List<IMessage> said)
    {
        var convened = m.State is >= SessionState.Convened and not SessionState.Cancelled;
        Assert.True(m.Live.Count() <= m.Capacity, "S3: more items than room");
        Assert.Equal(m.Live.Count(), m.Live.Select(i => i.Case).Distinct().Count());
        Assert.Equal(m.State == SessionState.Cancelled, m.CancelReason.Length > 0);
        Assert.False(convened && (m.Facilitator.Length == 0 || m.FreezeTime is null), "S2: convened without facilitator or fixed agenda");
        Assert.False(m.State >= SessionState.Held && m.Ahead.Any(), "an item left between two states");
        Assert.All(m.Items, i => Assert.Equal(i.State == ItemState.Removed, i.Reason.Length > 0));
        Assert.All(m.Items.Where(i => i.State == ItemState.Discussed), i => Assert.True(i.Present!.Count >= 2, "C5"));
        Assert.All(m.Invitations.Where(i => i.Role > SessionRole.Expert), i => Assert.NotEmpty(i.Cases));
        Assert.All(m.Attendance, l => Assert.Contains(l.Capacity, People.Single(p => p.Name == l.Professional).Capacities));
        // Every case that was put on the agenda is there still, was discussed, or was said to have left.
        Assert.Equal(said.OfType<CaseScheduled>().Count(), said.OfType<CaseUnscheduled>().Count() + m.Live.Count());
        Assert.Equal(said.OfType<CaseDiscussed>().Count(), m.Items.Count(i => i.State == ItemState.Discussed));
        Assert.Equal(m.State == SessionState.AttendanceCertified, said.OfType<AttendanceCertified>().Any());
    }
}
