using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

public sealed class OpenDecideTests
{
    private static readonly ConsentAnswer[] AllYes = [new(A.Case(1), true, ""), new(A.Case(2), true, "")];

    [Theory]
    [InlineData(SessionState.Convened, 0, null)]
    [InlineData(SessionState.Convened, 3, null)]
    [InlineData(SessionState.Convened, -1, "TOO_EARLY")]
    [InlineData(SessionState.Planned, 0, "STATE_FORBIDS")]
    [InlineData(SessionState.Prepared, 0, "STATE_FORBIDS")]
    [InlineData(SessionState.Open, 0, "STATE_FORBIDS")]
    [InlineData(SessionState.Cancelled, 0, "STATE_FORBIDS")]
    public void A_convened_session_opens_from_its_day_on(SessionState state, int days, string? reason)
    {
        var meeting = A.Meeting(state, ItemState.Scheduled, ItemState.Scheduled);
        Assert.Equal(reason, A.Reason(() => OpenSession.Decide(meeting, AllYes, [], A.Start.AddDays(days))));
    }

    [Fact]
    public void The_day_begins_at_midnight_in_Paris()
    {
        var meeting = A.Meeting(SessionState.Convened, ItemState.Scheduled, ItemState.Scheduled);
        Assert.Equal("TOO_EARLY", A.Reason(() => OpenSession.Decide(meeting, AllYes, [], new DateTimeOffset(2026, 8, 31, 21, 59, 59, TimeSpan.Zero))));
        Assert.Null(A.Reason(() => OpenSession.Decide(meeting, AllYes, [], new DateTimeOffset(2026, 8, 31, 22, 0, 0, TimeSpan.Zero))));
    }

    [Fact]
    public void What_Intake_refuses_and_what_is_given_up_leaves_the_agenda_and_says_so()
    {
        var meeting = A.Meeting(SessionState.Convened, ItemState.Scheduled, ItemState.Scheduled, ItemState.Scheduled);
        var decided = OpenSession.Decide(meeting, [new(A.Case(1), false, "CONSENT_NOT_GRANTED"), new(A.Case(2), true, "")], [A.Case(3)], A.Start);
        Assert.Equal([ItemState.Removed, ItemState.Open, ItemState.Removed], decided.After.Items.Select(i => i.State));
        Assert.Equal(
            [(A.Case(1), "CONSENT_NOT_GRANTED"), (A.Case(3), "GIVEN_UP")],
            decided.Events.Cast<CaseUnscheduled>().Select(e => (e.Case, e.Reason)));
    }

    [Fact]
    public void Only_what_is_on_the_agenda_can_be_given_up() =>
        Assert.Equal("CASE_NOT_ON_AGENDA", A.Reason(() => OpenSession.Decide(A.Meeting(SessionState.Convened, ItemState.Removed), [], [A.Case(1)], A.Start)));

    [Fact]
    public void Closing_sends_back_what_was_not_discussed()
    {
        var decided = CloseSession.Decide(A.Meeting(SessionState.Open, ItemState.Discussed, ItemState.Open, ItemState.Removed));
        Assert.Equal(SessionState.Held, decided.After.State);
        Assert.Equal([ItemState.Discussed, ItemState.Removed, ItemState.Removed], decided.After.Items.Select(i => i.State));
        Assert.Equal((A.Case(2), "NOT_DISCUSSED"), ((CaseUnscheduled)decided.Events[0]) is var e ? (e.Case, e.Reason) : default);
        Assert.IsType<SessionHeld>(decided.Events[1]);
    }

    [Theory]
    [InlineData(SessionState.Convened)]
    [InlineData(SessionState.Held)]
    [InlineData(SessionState.AttendanceCertified)]
    public void Only_an_open_session_is_closed(SessionState state) =>
        Assert.Equal("STATE_FORBIDS", A.Reason(() => CloseSession.Decide(A.Meeting(state))));

    [Fact]
    public void An_item_is_closed_by_two_structures_and_one_person_never_counts_for_two()
    {
        var meeting = A.Meeting(SessionState.Open, ItemState.Open);
        var (f, g, both) = (A.Person("F", A.Capacity("1")), A.Person("G", A.Capacity("2")), A.Person("B", A.Capacity("1"), A.Capacity("2")));
        Assert.Equal("TWO_STRUCTURES_REQUIRED", A.Reason(() => CloseItem.Decide(meeting, AllYes[0], [f], A.Start)));
        Assert.Equal("TWO_STRUCTURES_REQUIRED", A.Reason(() => CloseItem.Decide(meeting, AllYes[0], [both], A.Start)));
        Assert.Equal("TWO_STRUCTURES_REQUIRED", A.Reason(() => CloseItem.Decide(meeting, AllYes[0], [f, A.Person("H", A.Capacity("1")), A.Person("N")], A.Start)));
        Assert.Null(A.Reason(() => CloseItem.Decide(meeting, AllYes[0], [f, both], A.Start)));
        var decided = CloseItem.Decide(meeting, AllYes[0], [g, f], A.Start);
        Assert.Equal(["professionals/F", "professionals/G"], decided.After.Items[0].Present!);
        Assert.IsType<CaseDiscussed>(Assert.Single(decided.Events));
    }

    [Fact]
    public void What_Intake_no_longer_allows_was_not_discussed()
    {
        var meeting = A.Meeting(SessionState.Open, ItemState.Open, ItemState.Open);
        var decided = CloseItem.Decide(
            meeting, new ConsentAnswer(A.Case(1), false, "CONSENT_NOT_GRANTED"), [A.Person("F", A.Capacity("1")), A.Person("G", A.Capacity("2"))], A.Start);
        Assert.Equal([(ItemState.Removed, "CONSENT_NOT_GRANTED"), (ItemState.Open, "")], decided.After.Items.Select(i => (i.State, i.Reason)));
        Assert.Equal((A.Case(1), "CONSENT_NOT_GRANTED"), Assert.Single(decided.Events) is CaseUnscheduled e ? (e.Case, e.Reason) : default);
    }

    [Fact]
    public void The_structure_on_the_sheet_settles_it()
    {
        var both = A.Person("B", A.Capacity("1"), A.Capacity("2"));
        var meeting = A.Meeting(SessionState.Open, ItemState.Open) with { Attendance = [A.Line("B", A.Capacity("1"))] };
        Assert.False(CloseItem.HasTwoStructures(meeting, [both, A.Person("F", A.Capacity("1"))]));
    }

    [Theory]
    [InlineData(SessionState.Open, ItemState.Discussed, "ITEM_NOT_OPEN")]
    [InlineData(SessionState.Open, ItemState.Removed, "ITEM_NOT_OPEN")]
    [InlineData(SessionState.Open, ItemState.Scheduled, "ITEM_NOT_OPEN")]
    [InlineData(SessionState.Convened, ItemState.Scheduled, "STATE_FORBIDS")]
    [InlineData(SessionState.Held, ItemState.Open, "STATE_FORBIDS")]
    public void Only_an_open_item_of_an_open_session_is_closed(SessionState state, ItemState item, string reason) =>
        Assert.Equal(reason, A.Reason(() => CloseItem.Decide(A.Meeting(state, item), AllYes[0], [A.Person("F", A.Capacity("1")), A.Person("G", A.Capacity("2"))], A.Start)));
}
