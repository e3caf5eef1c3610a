using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

public sealed class ConveneDecideTests
{
    private static readonly CasePeople[] TwoCases =
    [
        new() { Name = A.Case(1), Requester = "professionals/Q", AttendingPhysician = "professionals/G", Actors = ["professionals/A"] },
        new() { Name = A.Case(2), Requester = "professionals/G", AttendingPhysician = "", Actors = ["professionals/A", "professionals/F"] },
    ];

    [Theory]
    [InlineData(SessionState.Planned, false, true, "F", "X", "", null)]
    [InlineData(SessionState.Prepared, false, true, "F", "X", "", null)]
    [InlineData(SessionState.Planned, true, true, "F", "X", "", "PREPARATORY_MEETING_REQUIRED")]
    [InlineData(SessionState.Prepared, true, true, "F", "X", "", null)]
    [InlineData(SessionState.Convened, false, true, "F", "X", "", "STATE_FORBIDS")]
    [InlineData(SessionState.Cancelled, true, true, "F", "X", "", "STATE_FORBIDS")]
    [InlineData(SessionState.Planned, false, false, "F", "X", "", "NO_CONVENTION_IN_FORCE")]
    [InlineData(SessionState.Planned, false, true, "", "X", "", "FACILITATOR_REQUIRED")]
    [InlineData(SessionState.Planned, false, true, "F", "", "", "EXPERT_REQUIRED")]
    [InlineData(SessionState.Planned, false, true, "F", "", "congé", null)]
    [InlineData(SessionState.Planned, false, true, "F", "Q", "", "NOT_AN_EXPERT")]
    public void Convening(SessionState state, bool preparatory, bool convention, string facilitator, string expert, string waiver, string? reason)
    {
        var meeting = A.Meeting(state, ItemState.Scheduled, ItemState.Scheduled) with { FreezeTime = A.Start.AddDays(-10) };
        Assert.Equal(reason, A.Reason(() => ConveneSession.Decide(meeting, With(preparatory, convention, facilitator, expert, waiver))));
    }

    [Theory]
    [InlineData(false, "AGENDA_NOT_FROZEN")]
    [InlineData(true, "AGENDA_EMPTY")]
    public void The_agenda_must_be_fixed_and_not_empty(bool frozen, string reason)
    {
        var meeting = A.Meeting(SessionState.Planned, ItemState.Removed) with { FreezeTime = frozen ? A.Start : null };
        Assert.Equal(reason, A.Reason(() => ConveneSession.Decide(meeting, With(false, true, "F", "X", ""))));
    }

    [Fact]
    public void Each_person_is_invited_once_with_the_strongest_role_and_all_own_cases()
    {
        var invited = Invitations.For("professionals/F", "professionals/X", TwoCases).ToDictionary(i => i.Professional["professionals/".Length..]);
        Assert.Equal(["A", "F", "G", "Q", "X"], invited.Keys.Order(StringComparer.Ordinal));
        // Tied to a case and facilitator: the whole session.
        Assert.Equal((SessionRole.Facilitator, 0), (invited["F"].Role, invited["F"].Cases.Count));
        Assert.Equal((SessionRole.Expert, 0), (invited["X"].Role, invited["X"].Cases.Count));
        Assert.Equal(SessionRole.AttendingPhysician, invited["G"].Role);
        Assert.Equal([A.Case(1), A.Case(2)], invited["G"].Cases);
        Assert.Equal([A.Case(1)], invited["Q"].Cases);
        Assert.Equal((SessionRole.Actor, 2), (invited["A"].Role, invited["A"].Cases.Count));
    }

    [Fact]
    public void The_event_says_the_capacity_only_of_who_has_exactly_one()
    {
        var meeting = A.Meeting(SessionState.Planned, ItemState.Scheduled, ItemState.Scheduled) with { FreezeTime = A.Start };
        var decided = ConveneSession.Decide(meeting, With(false, true, "F", "X", ""));
        var people = Assert.IsType<SessionConvened>(Assert.Single(decided.Events)).People.ToDictionary(p => p.Professional["professionals/".Length..], p => p.Capacity);
        Assert.Equal("L", people["F"].Mode);
        Assert.Null(people["G"]);
        Assert.Null(people["A"]);
        Assert.Equal(SessionState.Convened, decided.After.State);
    }

    [Fact]
    public void A_missing_charter_and_a_missing_expert_are_warnings()
    {
        var meeting = A.Meeting(SessionState.Planned, ItemState.Scheduled) with { FreezeTime = A.Start };
        var warnings = ConveneSession.Decide(meeting, With(false, true, "F", "", "congé")).After.Warnings;
        Assert.Equal(["Séance sans expert.", "Charte non acceptée : professionals/Q."], warnings);
    }

    private static ConveneSession.Convening With(bool preparatory, bool convention, string facilitator, string expert, string waiver)
    {
        static string Name(string id) => id.Length == 0 ? "" : $"professionals/{id}";
        var people = new[]
        {
            A.Person("F", A.Capacity("2", "L")), A.Person("X", A.Capacity()), A.Person("G", A.Capacity("3", "L"), A.Capacity("4")),
            A.Person("Q", A.Capacity("5")) with { CharterAcceptedDate = null }, A.Person("A"),
        };
        var pole = new Pole { Name = "poles/P1", PreparatoryMeetingRequired = preparatory, ExpertRequired = true };
        return new ConveneSession.Convening(
            pole, convention, Name(facilitator), Name(expert), waiver,
            Invitations.For(Name(facilitator), Name(expert), TwoCases), people.ToDictionary(p => p.Name, StringComparer.Ordinal));
    }
}
