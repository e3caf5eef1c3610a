using Intervision.Scheduling.Calendar;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Seasons;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.Tests.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Action = Intervision.Scheduling.V1.ReplanSeasonResponse.Types.Action;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Tests.Seasons;

/// <summary>What becomes of each session of a season whose pôle changed. The pôle met on Tuesdays at 12:15 for 90 minutes.</summary>
public sealed class ReplanningTests
{
    private static readonly DateTimeOffset Summer = A.Start.AddDays(-30);

    [Fact]
    public void Nothing_changed_nothing_moves() =>
        Assert.All(Replan(Pole(), [Session("2026-09-01"), Session("2026-10-06")], "2026-09-01", "2026-10-06"), c => Assert.Equal((Action.Kept, "ON_RHYTHM", true), (c.Action, c.Reason, c.Decided is null)));

    [Fact]
    public void Another_weekday_moves_each_session_to_the_date_beside_it_with_its_agenda()
    {
        var changes = Replan(Pole(), [Session("2026-09-01", 2), Session("2026-10-06")], "2026-09-03", "2026-10-01");
        Assert.Equal([(Action.Moved, "DATE_OFF_RHYTHM", new DateOnly(2026, 9, 3)), (Action.Moved, "DATE_OFF_RHYTHM", new DateOnly(2026, 10, 1))], changes.Select(c => (c.Action, c.Reason, c.After!.Date)));
        var (before, after) = (changes[0].Before!, changes[0].After!);
        Assert.Equal((before.Id, 1, 2), (after.Id, after.Sequence, after.Live.Count()));
        Assert.Equal(Paris.InstantOf(new DateOnly(2026, 9, 3), new TimeOnly(12, 15)), after.Start);
        Assert.Equal((1, new DateOnly(2026, 9, 3).ToProto()), Assert.IsType<SessionMoved>(Assert.Single(changes[0].Decided!.Events)) is var said ? (said.Sequence, said.Date) : default);
        Assert.Equal((after.PlannedDate, false), (after.Date, after.MovedByHand));
    }

    [Theory]
    [InlineData("13:00", 90, "organisations/1", "TIME_CHANGED")]
    [InlineData("12:15", 60, "organisations/1", "TIME_CHANGED")]
    [InlineData("12:15", 90, "organisations/2", "PLACE_CHANGED")]
    public void Another_time_length_or_place_moves_a_session_where_it_stands(string time, int minutes, string host, string reason)
    {
        var change = Assert.Single(Replan(Pole(TimeOnly.ParseExact(time, "HH:mm", null), minutes, host), [Session("2026-09-01", 3)], "2026-09-01"));
        Assert.Equal((Action.Moved, reason, 1), (change.Action, change.Reason, change.After!.Sequence));
        Assert.Equal((host, minutes, 3), (change.After.Host, change.After.DurationMinutes, change.After.Capacity));
        Assert.Equal(TimeSpan.FromMinutes(minutes), change.After.End - change.After.Start);
    }

    [Fact]
    public void An_instant_that_the_wall_time_no_longer_gives_is_computed_again()
    {
        var off = Session("2026-09-01") with { Start = A.Start.AddHours(1), End = A.Start.AddHours(2) };
        var change = Assert.Single(Replan(Pole(), [off], "2026-09-01"));
        Assert.Equal((Action.Moved, "TIME_ZONE_RULES", A.Start), (change.Action, change.Reason, change.After!.Start));
    }

    [Fact]
    public void A_convened_session_is_moved_only_when_named()
    {
        var convened = Session("2026-09-01", 1, SessionState.Convened);
        Assert.Equal((Action.Left, "CONVENED"), One(Replan(Pole(), [convened], "2026-09-03")));
        var named = Assert.Single(Replanning.Decide(Season(Pole(), [convened], ["2026-09-03"]) with { Named = new HashSet<string> { convened.Name } }, Summer));
        Assert.Equal((Action.Moved, SessionState.Convened), (named.Action, named.After!.State));
        Assert.Equal((Action.Kept, "ON_RHYTHM"), One(Replan(Pole(), [convened], "2026-09-01")));
    }

    [Theory]
    [InlineData(SessionState.Open)]
    [InlineData(SessionState.Held)]
    [InlineData(SessionState.AttendanceCertified)]
    [InlineData(SessionState.Settled)]
    public void What_is_under_way_is_never_moved_even_when_named(SessionState state)
    {
        var session = Session("2026-09-01", 1, state);
        var season = Season(Pole(), [session], ["2026-09-03"]) with { Named = new HashSet<string> { session.Name } };
        Assert.Equal((Action.Left, "UNDER_WAY"), One(Replanning.Decide(season, Summer)));
        Assert.DoesNotContain(Replanning.Decide(season, A.Start.AddHours(2)), c => c.Before is not null);
    }

    [Fact]
    public void A_date_chosen_by_hand_stays_and_covers_the_date_it_stands_for()
    {
        var byHand = Session("2026-09-08") with { PlannedDate = new DateOnly(2026, 9, 1), MovedByHand = true };
        Assert.Equal([(Action.Left, "MOVED_BY_HAND")], Replan(Pole(), [byHand], "2026-09-01").Select(c => (c.Action, c.Reason)));
    }

    [Fact]
    public void An_agenda_is_not_carried_to_a_date_without_a_convention_but_an_empty_session_is_with_a_warning()
    {
        var season = Season(Pole(), [Session("2026-09-01", 1), Session("2026-10-06")], ["2026-09-03", "2026-10-08"]) with { Covered = new HashSet<DateOnly>() };
        var changes = Replanning.Decide(season, Summer);
        Assert.Equal([(Action.Left, "NO_CONVENTION_IN_FORCE"), (Action.Moved, "DATE_OFF_RHYTHM")], changes.Select(c => (c.Action, c.Reason)));
        Assert.Equal([DateWarnings.NoConvention], changes[1].After!.Warnings);
    }

    [Fact]
    public void Fewer_dates_an_empty_session_is_cancelled_and_one_with_an_agenda_stays()
    {
        var changes = Replan(Pole(), [Session("2026-09-01"), Session("2026-10-06", 1), Session("2026-11-03"), Session("2026-12-01", 1)], "2026-10-01");
        Assert.Equal(
            [(Action.Cancelled, "SEASON_REPLANNED"), (Action.Moved, "DATE_OFF_RHYTHM"), (Action.Cancelled, "SEASON_REPLANNED"), (Action.Left, "HAS_AGENDA")],
            changes.Select(c => (c.Action, c.Reason)));
        Assert.IsType<SessionCancelled>(Assert.Single(changes[0].Decided!.Events));
    }

    [Fact]
    public void A_date_that_passed_is_not_planned_and_nobody_is_sent_into_the_past()
    {
        var changes = Replanning.Decide(Season(Pole(), [Session("2026-09-08")], ["2026-09-01", "2026-09-22"]), A.Start.AddDays(3));
        Assert.Equal([(Action.Moved, new DateOnly(2026, 9, 22))], changes.Select(c => (c.Action, c.After!.Date)));
    }

    [Fact]
    public void A_session_called_off_is_not_planned_anew_but_one_that_a_replanning_took_away_is()
    {
        var off = Session("2026-09-01", 0, SessionState.Cancelled) with { CancelReason = "ROOM_LOST" };
        Assert.Empty(Replan(Pole(), [off], "2026-09-01"));
        Assert.Equal([Action.Added], Replan(Pole(), [off with { CancelReason = "SEASON_REPLANNED" }], "2026-09-01").Select(c => c.Action));
    }

    [Fact]
    public void A_date_of_the_rhythm_where_another_session_stays_is_nobody_else_s()
    {
        var byHand = Session("2026-09-08") with { PlannedDate = new DateOnly(2026, 9, 1), MovedByHand = true };
        Assert.Equal([(Action.Left, "MOVED_BY_HAND")], Replan(Pole(), [byHand], "2026-09-01", "2026-09-08").Select(c => (c.Action, c.Reason)));
        var changes = Replan(Pole(), [byHand, Session("2026-09-10")], "2026-09-01", "2026-09-08");
        Assert.Equal([(Action.Left, "MOVED_BY_HAND"), (Action.Cancelled, "SEASON_REPLANNED")], changes.Select(c => (c.Action, c.Reason)));
    }

    /// <summary>Whatever the seasons: done once, there is nothing left to do; nobody leaves an agenda; no two on one day.</summary>
    [Fact]
    public void Said_again_it_changes_nothing()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            // Few days, so that sessions and rhythm meet.
            var span = seed % 2 == 0 ? 200 : 15;
            var sessions = Days(random, span)
                .Select(d => Session($"{d:yyyy-MM-dd}", random.Next(3), random.Next(5) == 0 ? SessionState.Convened : SessionState.Planned))
                .Select(s => random.Next(4) == 0 ? s with { PlannedDate = A.Day.AddDays(random.Next(span)), MovedByHand = true } : s)
                .DistinctBy(s => s.PlannedDate).ToList();
            var season = Season(Pole(), sessions, [.. Days(random, span).Select(d => $"{d:yyyy-MM-dd}")]);
            season = season with { Covered = season.Covered.Where(_ => random.Next(4) > 0).ToHashSet() };
            var once = Replanning.Decide(season, Summer);
            var after = once.Select(c => c.After ?? c.Decided!.After).ToList();
            Assert.Equal(sessions.Sum(s => s.Live.Count()), after.Sum(s => s.Live.Count()));
            Assert.All(after.Where(m => m.State != SessionState.Cancelled).GroupBy(m => m.Date), day => Assert.Single(day));
            Assert.All(Replanning.Decide(season with { Sessions = after }, Summer), c => Assert.Null(c.Decided));
            Assert.DoesNotContain(Replanning.Decide(season with { Sessions = after }, Summer), c => c.Action == Action.Added);
        }
    }

    private static IEnumerable<DateOnly> Days(Random random, int span) =>
        Enumerable.Range(0, random.Next(8)).Select(_ => A.Day.AddDays(random.Next(span))).Distinct().Order();

    private static (Action Action, string Reason) One(IReadOnlyList<SessionChange> changes) => Assert.Single(changes) is var c ? (c.Action, c.Reason) : default;

    private static IReadOnlyList<SessionChange> Replan(Pole pole, IReadOnlyList<Meeting> sessions, params string[] dates) => Replanning.Decide(Season(pole, sessions, dates), Summer);

    private static Season Season(Pole pole, IReadOnlyList<Meeting> sessions, IReadOnlyList<string> dates)
    {
        var days = dates.Select(d => DateOnly.ParseExact(d, "yyyy-MM-dd", null)).ToList();
        return new Season(pole, [.. days.Select(d => new PlannedDate(d, []))], days.ToHashSet(), sessions, new HashSet<string>());
    }

    private static Pole Pole(TimeOnly? time = null, int minutes = 90, string host = "organisations/1") => new()
    {
        Name = "poles/P1", Programme = "programmes/ADDICTIONS", Weekday = 2, StartTime = time ?? new TimeOnly(12, 15), DurationMinutes = minutes, Host = host, Modality = "HYBRID",
        MaximumCases = 5, MinutesPerCase = 30,
    };

    private static Meeting Session(string date, int cases = 0, SessionState state = SessionState.Planned)
    {
        var day = DateOnly.ParseExact(date, "yyyy-MM-dd", null);
        var start = Paris.InstantOf(day, new TimeOnly(12, 15));
        return A.Meeting(state, [.. Enumerable.Repeat(ItemState.Scheduled, cases)]) with { Id = Guid.CreateVersion7(), Date = day, PlannedDate = day, Start = start, End = start.AddMinutes(90) };
    }
}
