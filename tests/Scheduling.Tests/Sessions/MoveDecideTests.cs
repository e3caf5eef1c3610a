using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>Moving and calling off. The session stands on Tuesday 1 September 2026 at 12:15, for 90 minutes.</summary>
public sealed class MoveDecideTests
{
    private static readonly DateTimeOffset Summer = A.Start.AddDays(-30);

    private static readonly Pole Pole = new()
    {
        Name = "poles/P1", Programme = "programmes/ADDICTIONS", Rhythm = "MONTHLY", Weekday = 2, StartTime = new TimeOnly(12, 15), DurationMinutes = 90, MaximumCases = 5, MinutesPerCase = 30, ClosedMonths = [7, 8],
        ActiveFromDate = new DateOnly(2026, 8, 1),
    };

    private static readonly MoveSession.Around Free = new(Pole, Holidays.LegalOnly, ConventionInForce: true, OtherThatDay: false, new Dictionary<string, string[]>());

    [Theory]
    [InlineData(SessionState.Planned, null)]
    [InlineData(SessionState.Prepared, null)]
    [InlineData(SessionState.Convened, null)]
    [InlineData(SessionState.Open, "STATE_FORBIDS")]
    [InlineData(SessionState.Held, "STATE_FORBIDS")]
    [InlineData(SessionState.AttendanceCertified, "STATE_FORBIDS")]
    [InlineData(SessionState.Settled, "STATE_FORBIDS")]
    [InlineData(SessionState.Cancelled, "STATE_FORBIDS")]
    public void What_is_not_yet_open_may_move_and_be_called_off(SessionState state, string? reason)
    {
        Assert.Equal(reason, A.Reason(() => Move(A.Meeting(state), "2026-09-08")));
        Assert.Equal(reason, A.Reason(() => CancelSession.Decide(A.Meeting(state), CancelSessionRequest.Types.Reason.HostUnavailable, "")));
    }

    [Theory]
    [InlineData("2026-09-01", "12:15", 90, "NOTHING_CHANGES")]
    [InlineData("2026-08-01", "12:15", 90, "DATE_IN_THE_PAST")]
    [InlineData("2026-11-11", "12:15", 90, "PUBLIC_HOLIDAY")]
    [InlineData("2027-05-17", "12:15", 90, "PUBLIC_HOLIDAY")]
    [InlineData("2027-07-06", "12:15", 90, "CLOSED_MONTH")]
    [InlineData("2027-03-28", "02:30", 90, "LOCAL_TIME_DOES_NOT_EXIST")]
    [InlineData("2027-10-31", "02:30", 90, "LOCAL_TIME_EXISTS_TWICE")]
    [InlineData("2026-09-01", "12:15", 30, "TOO_SHORT_FOR_AGENDA")]
    [InlineData("2026-09-01", "12:15", 60, null)]
    [InlineData("2026-09-01", "13:00", 90, null)]
    public void A_day_or_time_that_will_not_do_is_refused_with_its_reason(string date, string time, int minutes, string? reason) =>
        Assert.Equal(reason, A.Reason(() => Move(A.Meeting(SessionState.Planned, ItemState.Scheduled, ItemState.Scheduled), date, time, minutes)));

    [Fact]
    public void The_pole_meets_once_a_day_and_an_agenda_needs_a_convention()
    {
        var empty = A.Meeting();
        Assert.Equal("POLE_MEETS_THAT_DAY", A.Reason(() => Move(empty, "2026-09-08", around: Free with { OtherThatDay = true })));
        var without = Free with { ConventionInForce = false };
        Assert.Equal("NO_CONVENTION_IN_FORCE", A.Reason(() => Move(A.Meeting(SessionState.Planned, ItemState.Scheduled), "2026-09-08", around: without)));
        Assert.Equal("NO_CONVENTION_IN_FORCE", A.Reason(() => Move(A.Meeting(SessionState.Convened), "2026-09-08", around: without)));
        Assert.Equal([DateWarnings.NoConvention], Move(empty, "2026-09-08", around: without).After.Warnings);
    }

    [Fact]
    public void It_keeps_its_agenda_and_what_its_new_date_is_not_good_for_is_said()
    {
        var meeting = A.Meeting(SessionState.Planned, ItemState.Scheduled, ItemState.Scheduled, ItemState.Scheduled) with { Warnings = ["Séance sans expert.", DateWarnings.SchoolHoliday("Été")] };
        var around = Free with
        {
            Availabilities = new Dictionary<string, string[]> { [A.Case(1)] = ["2026-10-20/NOON"], [A.Case(2)] = ["2026-10-20/MORNING", "2026-10-21/NOON"], [A.Case(3)] = [] },
            Holidays = Holidays.LegalOnly with { School = [new SchoolHoliday("Toussaint", new DateOnly(2026, 10, 17), new DateOnly(2026, 11, 2))] },
        };
        var after = Move(meeting, "2026-10-20", around: around).After;
        Assert.Equal(["Séance sans expert.", DateWarnings.SchoolHoliday("Toussaint"), DateWarnings.Unavailable(2)], after.Warnings);
        Assert.Equal((meeting.Items, 1, true, meeting.PlannedDate), (after.Items, after.Sequence, after.MovedByHand, after.PlannedDate));
        // Back again, the warnings of that date are gone.
        Assert.Equal(["Séance sans expert."], Move(after, "2026-09-15").After.Warnings);
    }

    [Theory]
    [InlineData(SessionState.Prepared, "2026-09-02", SessionState.Prepared, true)]
    [InlineData(SessionState.Prepared, "2026-09-10", SessionState.Planned, false)]
    [InlineData(SessionState.Convened, "2026-09-10", SessionState.Convened, false)]
    [InlineData(SessionState.Prepared, "2026-08-27", SessionState.Planned, false)]
    public void A_preparatory_meeting_no_longer_in_the_week_before_is_to_be_held_again(SessionState state, string date, SessionState expected, bool kept)
    {
        var after = Move(A.Meeting(state, ItemState.Scheduled) with { PreparatoryDate = new DateOnly(2026, 8, 28) }, date, around: Free with { Pole = new Pole { Rhythm = "MONTHLY", MaximumCases = 5, MinutesPerCase = 30 } }).After;
        Assert.Equal((expected, kept), (after.State, after.PreparatoryDate is not null));
        Assert.Equal(!kept, after.Warnings.Contains(DateWarnings.PreparatoryMeetingTooFar));
    }

    [Fact]
    public void Called_off_its_cases_wait_again_and_the_explanation_is_in_no_event()
    {
        var decided = CancelSession.Decide(A.Meeting(SessionState.Convened, ItemState.Scheduled, ItemState.Removed), CancelSessionRequest.Types.Reason.ExceptionalEvent, "Neige sur tout le département");
        Assert.Equal((SessionState.Cancelled, "EXCEPTIONAL_EVENT", 0), (decided.After.State, decided.After.CancelReason, decided.After.Ahead.Count()));
        Assert.Equal(["CaseUnscheduled", "SessionCancelled"], decided.Events.Select(e => e.Descriptor.Name));
        Assert.All(decided.Events, e => Assert.DoesNotContain("Neige", e.ToString(), StringComparison.Ordinal));
    }

    private static Decided Move(Meeting meeting, string date, string time = "12:15", int minutes = 90, MoveSession.Around? around = null) =>
        MoveSession.Decide(meeting, new MoveSession.Slot(DateOnly.ParseExact(date, "yyyy-MM-dd", null), TimeOnly.ParseExact(time, "HH:mm", null), minutes), around ?? Free, Summer);
}
