using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

public sealed class FreezeAndPrepareTests
{
    [Theory]
    [InlineData(SessionState.Planned, 1, 10, null)]
    [InlineData(SessionState.Planned, 1, 11, "TOO_EARLY")]
    [InlineData(SessionState.Planned, 0, 11, "TOO_EARLY")]
    [InlineData(SessionState.Planned, 1, 0, null)]
    [InlineData(SessionState.Open, 1, 0, "STATE_FORBIDS")]
    [InlineData(SessionState.Held, 1, 0, "STATE_FORBIDS")]
    [InlineData(SessionState.Cancelled, 0, 5, "STATE_FORBIDS")]
    [InlineData(SessionState.Settled, 1, 5, "STATE_FORBIDS")]
    public void Freezing_is_allowed_from_ten_days_before(SessionState state, int items, int daysBefore, string? reason)
    {
        var meeting = A.Meeting(state, [.. Enumerable.Repeat(ItemState.Scheduled, items)]);
        Assert.Equal(reason, A.Reason(() => FreezeAgenda.Decide(meeting, conventionInForce: true, A.Start.AddDays(-daysBefore))));
    }

    [Theory]
    [InlineData(true, "NO_CASE_READY")]
    [InlineData(false, "NO_CONVENTION_IN_FORCE")]
    public void Without_a_case_the_session_is_cancelled(bool convention, string reason)
    {
        var decided = FreezeAgenda.Decide(A.Meeting(SessionState.Planned, ItemState.Removed), convention, A.Start.AddDays(-10));
        Assert.Equal((SessionState.Cancelled, reason), (decided.After.State, decided.After.CancelReason));
        Assert.Equal(reason, Assert.IsType<SessionCancelled>(Assert.Single(decided.Events)).Reason);
    }

    [Fact]
    public void Without_a_convention_the_cases_go_back_and_the_session_is_cancelled()
    {
        var decided = FreezeAgenda.Decide(A.Meeting(SessionState.Planned, ItemState.Scheduled, ItemState.Scheduled), conventionInForce: false, A.Start.AddDays(-10));
        Assert.Equal("NO_CONVENTION_IN_FORCE", decided.After.CancelReason);
        Assert.Empty(decided.After.Live);
        Assert.Equal([A.Case(1), A.Case(2)], decided.Events.OfType<CaseUnscheduled>().Select(e => e.Case));
        Assert.IsType<SessionCancelled>(decided.Events[^1]);
    }

    [Fact]
    public void A_frozen_agenda_is_frozen_again_only_to_cancel_it()
    {
        var frozen = FreezeAgenda.Decide(A.Meeting(SessionState.Planned, ItemState.Scheduled), conventionInForce: true, A.Start.AddDays(-10)).After;
        Assert.NotNull(frozen.FreezeTime);
        Assert.Equal("AGENDA_ALREADY_FROZEN", A.Reason(() => FreezeAgenda.Decide(frozen, conventionInForce: true, A.Start.AddDays(-9))));
        var emptied = frozen.Without(frozen.Items[0], "CONSENT_WITHDRAWN");
        Assert.Equal("NO_CASE_READY", FreezeAgenda.Decide(emptied, conventionInForce: true, A.Start.AddDays(-9)).After.CancelReason);
    }

    [Theory]
    [InlineData(SessionState.Planned, true, 8, "PREPARATORY_MEETING_OUT_OF_WINDOW")]
    [InlineData(SessionState.Planned, true, 7, null)]
    [InlineData(SessionState.Planned, true, 1, null)]
    [InlineData(SessionState.Planned, true, 0, "PREPARATORY_MEETING_OUT_OF_WINDOW")]
    [InlineData(SessionState.Planned, false, 5, "AGENDA_NOT_FROZEN")]
    [InlineData(SessionState.Prepared, true, 5, "STATE_FORBIDS")]
    [InlineData(SessionState.Convened, true, 5, "STATE_FORBIDS")]
    [InlineData(SessionState.Cancelled, true, 5, "STATE_FORBIDS")]
    public void The_preparatory_meeting_is_in_the_week_before(SessionState state, bool frozen, int daysBefore, string? reason)
    {
        var meeting = A.Meeting(state, ItemState.Scheduled) with { FreezeTime = frozen ? A.Start.AddDays(-10) : null };
        Assert.Equal(reason, A.Reason(() => HoldPreparatoryMeeting.Decide(meeting, A.Day.AddDays(-daysBefore), everyItemReviewed: true, A.Start)));
    }

    [Fact]
    public void A_preparatory_meeting_is_recorded_once_held_and_with_a_case_left()
    {
        var meeting = A.Meeting(SessionState.Planned, ItemState.Scheduled) with { FreezeTime = A.Start.AddDays(-10) };
        Assert.Equal("PREPARATORY_MEETING_NOT_HELD_YET", A.Reason(() => HoldPreparatoryMeeting.Decide(meeting, A.Day.AddDays(-3), everyItemReviewed: true, A.Start.AddDays(-4))));
        Assert.Equal(SessionState.Prepared, HoldPreparatoryMeeting.Decide(meeting, A.Day.AddDays(-3), everyItemReviewed: true, A.Start.AddDays(-3)).After.State);
        var emptied = meeting.Without(meeting.Items[0], "CONSENT_WITHDRAWN");
        Assert.Equal("AGENDA_EMPTY", A.Reason(() => HoldPreparatoryMeeting.Decide(emptied, A.Day.AddDays(-3), everyItemReviewed: true, A.Start.AddDays(-3))));
    }
}
