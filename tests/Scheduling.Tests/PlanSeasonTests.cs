using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

public sealed class PlanSeasonTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Sessions_stand_at_their_wall_time_on_both_sides_of_the_switch()
    {
        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        Assert.Equal(
            ["2026-09-01T10:15", "2026-10-06T10:15", "2026-11-03T11:15", "2026-12-01T11:15"],
            sessions.Select(s => $"{s.StartInstant.ToDateTimeOffset():yyyy-MM-ddTHH:mm}"));
        Assert.All(sessions, s => Assert.Equal((SessionState.Planned, 2, 60), (s.State, s.Capacity, s.DurationMinutes)));
        var said = (await fixture.Said(sessions[2].Name)).Single().As<SessionPlanned>();
        Assert.Equal((stage.Pole, sessions[2].StartInstant, new DateOnly(2026, 11, 3).ToProto()), (said.Pole, said.StartInstant, said.Date));
    }

    [Fact]
    public async Task Planning_again_changes_nothing_and_a_longer_season_only_adds()
    {
        var stage = await new Stage(fixture).Set();
        var first = await stage.Plan(new DateOnly(2026, 10, 31));
        Assert.Equal(first, await stage.Plan(new DateOnly(2026, 10, 31)));
        var longer = await stage.Plan();
        Assert.Equal(first, longer.Take(2));
        Assert.Equal(4, longer.Count);
        Assert.Single(await fixture.Said(first[0].Name));
    }

    [Fact]
    public async Task Eight_plannings_at_once_make_one_season()
    {
        var stage = await new Stage(fixture).Set();
        var plans = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stage.Plan()));
        Assert.All(plans, p => Assert.Equal(plans[0].Select(s => s.Name), p.Select(s => s.Name)));
    }

    [Fact]
    public async Task A_date_without_a_convention_is_planned_with_a_warning_and_takes_no_case()
    {
        var stage = await new Stage(fixture).Set(conventionEnd: new DateOnly(2026, 10, 6));
        var sessions = await stage.Plan();
        // The end of a convention is inclusive: 6 October still is covered.
        Assert.Equal([false, false, true, true], sessions.Select(s => s.Warnings.Any(w => w.Contains("convention", StringComparison.Ordinal))));
        for (var n = 1; n <= 5; n++)
        {
            await stage.Ready(n);
        }

        var placed = await stage.Place();
        Assert.Equal((4, 1), (placed.Placements.Count, placed.StillWaiting));
        Assert.Equal(sessions.Take(2).Select(s => s.Name), placed.Placements.Select(p => p.Session).Distinct());

        await Directory.Convention(fixture, stage.Host, new DateOnly(2026, 10, 7), new DateOnly(2027, 10, 6));
        Assert.Equal(sessions[2].Name, Assert.Single((await stage.Place()).Placements).Session);
    }

    [Fact]
    public async Task A_pole_not_heard_of_or_not_active_is_no_season()
    {
        var stage = new Stage(fixture);
        await Refused.With(StatusCode.FailedPrecondition, "UNKNOWN_POLE", () => Ask(stage, stage.Pole));
        await stage.Set();
        var suspended = Directory.Pole(stage.Pole, stage.Host, stage.Referent);
        suspended.State = Membership.V1.Pole.Types.State.Suspended;
        await Directory.Say(fixture, stage.Pole, new PoleChanged { Pole = suspended });
        await Refused.With(StatusCode.FailedPrecondition, "POLE_NOT_ACTIVE", () => Ask(stage, stage.Pole));
    }

    [Theory]
    [InlineData("2026-09-01", "2026-08-31", "SEASON_ENDS_BEFORE_START")]
    [InlineData("2026-09-01", "2028-09-04", "SEASON_TOO_LONG")]
    [InlineData("2026-09-01", null, "DATE_INVALID")]
    [InlineData(null, "2026-09-01", "DATE_INVALID")]
    [InlineData("9999-12-01", "9999-12-31", "DATE_OUT_OF_RANGE")]
    [InlineData("0001-01-01", "0001-02-01", "DATE_OUT_OF_RANGE")]
    public async Task A_season_has_two_days_in_order(string? first, string? last, string reason)
    {
        var stage = await new Stage(fixture).Set();
        await Refused.With(StatusCode.InvalidArgument, reason, () => stage.Client.PlanSeasonAsync(
            new PlanSeasonRequest { RequestId = Stage.NewRequest(), Pole = stage.Pole, FirstDate = Date(first), LastDate = Date(last) }, stage.AsCoordinator(Stage.Summer)));
    }

    [Fact]
    public async Task A_room_is_not_given_twice_at_the_same_time_but_video_needs_none()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        await one.Plan();
        await Directory.Say(fixture, two.Pole, new PoleChanged { Pole = Directory.Pole(two.Pole, one.Host, two.Referent) });
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_ROOM", () => Ask(two, two.Pole));

        var video = Directory.Pole(two.Pole, one.Host, two.Referent);
        video.Modality = Modality.Video;
        await Directory.Say(fixture, two.Pole, new PoleChanged { Pole = video });
        Assert.Equal(4, (await two.Plan()).Count);
    }

    [Fact]
    public async Task An_on_demand_pole_gets_a_session_two_weeks_ahead_when_a_case_waits()
    {
        var stage = await new Stage(fixture).Set(rhythm: Rhythm.OnDemand);
        Assert.Empty(await stage.Plan());
        Assert.Equal(0, (await stage.Place()).StillWaiting);
        for (var n = 1; n <= 3; n++)
        {
            await stage.Ready(n);
        }

        // Saturday 1 August 2026 + 14 days → Tuesday 18; the third case needs the Tuesday after.
        var placed = await stage.Place();
        Assert.Equal(3, placed.Placements.Count);
        var dates = new List<DateOnly>();
        foreach (var name in placed.Placements.Select(p => p.Session).Distinct())
        {
            dates.Add((await stage.Get(name)).Date.ToDate()!.Value);
        }

        Assert.Equal([new DateOnly(2026, 8, 18), new DateOnly(2026, 8, 25)], dates);
        Assert.Empty((await stage.Place()).Placements);
    }

    [Fact]
    public async Task On_demand_without_a_convention_the_case_waits()
    {
        var stage = await new Stage(fixture).Set(rhythm: Rhythm.OnDemand, conventionEnd: new DateOnly(2026, 8, 17));
        await stage.Ready(1);
        var placed = await stage.Place();
        Assert.Equal((0, 1), (placed.Placements.Count, placed.StillWaiting));
    }

    [Fact]
    public async Task On_demand_without_a_usual_day_the_case_waits_for_people_to_agree()
    {
        var stage = await new Stage(fixture).Set(rhythm: Rhythm.OnDemand);
        var anyDay = Directory.Pole(stage.Pole, stage.Host, stage.Referent, rhythm: Rhythm.OnDemand);
        (anyDay.Weekday, anyDay.StartTime) = (Weekday.Unspecified, null);
        await Directory.Say(fixture, stage.Pole, new PoleChanged { Pole = anyDay });
        await stage.Ready(1);
        var placed = await stage.Place();
        Assert.Equal((0, 1), (placed.Placements.Count, placed.StillWaiting));
        Assert.Empty(await stage.Plan());
    }

    [Fact]
    public async Task A_draft_that_says_next_to_nothing_is_heard_and_is_no_season()
    {
        var stage = new Stage(fixture);
        var draft = new Pole
        {
            Name = stage.Pole, DisplayName = "Brouillon", Programme = Directory.Addictions, SeatCommune = "59350", DurationMinutes = 90,
            Modality = Modality.InPerson, State = Membership.V1.Pole.Types.State.Draft,
        };
        await Directory.Say(fixture, stage.Pole, new PoleChanged { Pole = draft });
        await Refused.With(StatusCode.FailedPrecondition, "POLE_NOT_ACTIVE", () => Ask(stage, stage.Pole));
        await stage.Set();
        Assert.Equal(4, (await stage.Plan()).Count);
    }

    [Fact]
    public async Task Holidays_given_are_kept_and_replaced_within_their_span()
    {
        var stage = new Stage(fixture);
        Assert.Equal((2, 1), await Put(["2040-01-05", "2040-03-01"], [("2040-02-01", "2040-02-15")]));
        Assert.Equal((2, 1), await Put(["2040-01-02", "2040-03-05"], [("2040-02-03", "2040-02-20")]));
        await Refused.With(StatusCode.InvalidArgument, "PERIODS_OVERLAP", () => Call([], [("2041-02-01", "2041-02-15"), ("2041-02-14", "2041-02-20")]));
        await Refused.With(StatusCode.InvalidArgument, "PERIOD_INVALID", () => Call([], [("2041-02-15", "2041-02-15")]));
        await Refused.With(StatusCode.InvalidArgument, "DATE_INVALID", () => Call([""], []));

        async Task<(int, int)> Put(string[] days, (string, string)[] school) =>
            await Call(days, school) is var r ? (r.PublicHolidays, r.SchoolHolidays) : default;

        AsyncUnaryCall<PutCalendarResponse> Call(string[] days, (string First, string Back)[] school) => stage.Client.PutCalendarAsync(
            new PutCalendarRequest
            {
                RequestId = Stage.NewRequest(),
                PublicHolidays = { days.Select(d => new PutCalendarRequest.Types.PublicHoliday { Date = Date(d), DisplayName = "Jour" }) },
                SchoolHolidays = { school.Select(s => new PutCalendarRequest.Types.SchoolHoliday { FirstDate = Date(s.First), ReturnDate = Date(s.Back), DisplayName = "Vacances" }) },
            },
            stage.AsCoordinator(Stage.Summer));
    }

    private static Google.Type.Date? Date(string? text) =>
        string.IsNullOrEmpty(text) ? null : DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).ToProto();

    private static AsyncUnaryCall<PlanSeasonResponse> Ask(Stage stage, string pole) => stage.Client.PlanSeasonAsync(
        new PlanSeasonRequest { RequestId = Stage.NewRequest(), Pole = pole, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = new DateOnly(2026, 12, 31).ToProto() },
        stage.AsCoordinator(Stage.Summer));
}
