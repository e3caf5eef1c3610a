using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Action = Intervision.Scheduling.V1.ReplanSeasonResponse.Types.Action;
using Pole = Intervision.Membership.V1.Pole;
using Reason = Intervision.Scheduling.V1.CancelSessionRequest.Types.Reason;

namespace Intervision.Scheduling.Tests.Seasons;

/// <summary>Moving, calling off and replanning, on the database. The pôle meets on the first Tuesday at 12:15.</summary>
public sealed class SeasonServiceTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task A_session_moves_with_its_agenda_and_planning_again_does_not_fill_its_date()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Planned();
        var moved = await Move(stage, session, new DateOnly(2026, 9, 10));
        Assert.Equal((session.Name, 1, 2, "v3"), (moved.Name, moved.Sequence, moved.Items.Count, moved.Etag));
        Assert.Equal(new DateTimeOffset(2026, 9, 10, 10, 15, 0, TimeSpan.Zero), moved.StartInstant.ToDateTimeOffset());
        var said = (await fixture.Said(session.Name))[^1].As<SessionMoved>();
        Assert.Equal((moved.Date, moved.StartInstant, moved.EndInstant, 1), (said.Date, said.StartInstant, said.EndInstant, said.Sequence));
        Assert.Equal(4, (await stage.Plan()).Count);
        Assert.Equal(moved, await stage.Get(session.Name));
    }

    [Fact]
    public async Task Across_the_change_of_clocks_the_wall_time_stays()
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.Plan())[1];
        var winter = await Move(stage, session, new DateOnly(2026, 10, 27));
        Assert.Equal((session.StartTime, "2026-10-27T11:15"), (winter.StartTime, $"{winter.StartInstant.ToDateTimeOffset():yyyy-MM-ddTHH:mm}"));
        var sunday = await Move(stage, winter, new DateOnly(2027, 3, 28));
        Assert.Equal("2027-03-28T10:15", $"{sunday.StartInstant.ToDateTimeOffset():yyyy-MM-ddTHH:mm}");
        await Refused.With(StatusCode.FailedPrecondition, "LOCAL_TIME_DOES_NOT_EXIST", () => Moving(stage, sunday, new DateOnly(2027, 3, 28), new TimeOnly(2, 30)));
        await Refused.With(StatusCode.FailedPrecondition, "LOCAL_TIME_EXISTS_TWICE", () => Moving(stage, sunday, new DateOnly(2027, 10, 31), new TimeOnly(2, 30)));
    }

    [Fact]
    public async Task Room_and_people_come_along_or_the_session_stays()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        var convened = await one.Convened();
        var other = (await one.Plan())[1];
        await Refused.With(StatusCode.FailedPrecondition, "POLE_MEETS_THAT_DAY", () => Moving(one, convened, other.Date.ToDate()!.Value));

        // The expert is taken that day by the other pôle's session: the move is refused whole.
        var elsewhere = await two.Frozen();
        await two.Client.ConveneSessionAsync(
            new ConveneSessionRequest { RequestId = Stage.NewRequest(), Name = elsewhere.Name, Etag = elsewhere.Etag, Expert = two.Expert, Facilitator = two.Referent }, two.AsCoordinator(Stage.Start.AddDays(-7)));
        elsewhere = await two.Get(elsewhere.Name);
        elsewhere = await Move(two, elsewhere, new DateOnly(2026, 9, 9), now: Stage.Start.AddDays(-7));
        await Db("insert into booking values (@id, @resource, tstzrange('2026-09-09 10:00Z', '2026-09-09 11:00Z'))", new { id = Id(elsewhere), resource = one.Expert });
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_EXPERT", () => Moving(one, convened, new DateOnly(2026, 9, 9), now: Stage.Start.AddDays(-7)));
        Assert.Equal(convened, await one.Get(convened.Name));

        var moved = await Move(one, convened, new DateOnly(2026, 9, 8), now: Stage.Start.AddDays(-7));
        Assert.Equal((SessionState.Convened, convened.Invitations), (moved.State, moved.Invitations));
        Assert.Equal(3L, await Count("select count(*) from booking where session_id = @id and during = tstzrange('2026-09-08 10:15Z', '2026-09-08 11:15Z')", convened));
    }

    [Fact]
    public async Task Of_two_sessions_moved_to_one_day_at_once_one_gets_there()
    {
        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        var outcomes = await Task.WhenAll(sessions.Select(s => Outcome(Moving(stage, s, new DateOnly(2026, 9, 16)))));
        Assert.Equal(["", "POLE_MEETS_THAT_DAY", "POLE_MEETS_THAT_DAY", "POLE_MEETS_THAT_DAY"], outcomes.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, null, 0, "DATE_INVALID")]
    [InlineData("1500-01-01", null, 0, "DATE_OUT_OF_RANGE")]
    [InlineData("2026-09-10", 25, 0, "TIME_INVALID")]
    [InlineData("2026-09-10", null, 481, "DURATION_INVALID")]
    [InlineData("2026-09-10", null, -1, "DURATION_INVALID")]
    public async Task A_move_names_a_date(string? date, int? hour, int minutes, string reason)
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.Plan())[0];
        await Refused.With(StatusCode.InvalidArgument, reason, () => fixture.Seasons.MoveSessionAsync(
            new MoveSessionRequest
            {
                RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, DurationMinutes = minutes,
                Date = date is null ? null : DateOnly.ParseExact(date, "yyyy-MM-dd", null).ToProto(),
                StartTime = hour is { } h ? new Google.Type.TimeOfDay { Hours = h } : null,
            },
            stage.AsCoordinator(Stage.Summer)));
    }

    [Fact]
    public async Task Called_off_its_cases_wait_again_its_room_is_free_and_only_organisers_read_why()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var answer = await Cancel(stage, session, Reason.Other, "La chaudière est en panne");
        Assert.Equal((SessionState.Cancelled, "OTHER", ""), (answer.State, answer.CancelReason, answer.CancelExplanation));
        Assert.Equal("La chaudière est en panne", (await stage.Get(session.Name)).CancelExplanation);
        Assert.DoesNotContain("chaudière", string.Join(' ', (await fixture.Said(session.Name)).Select(e => System.Text.Encoding.UTF8.GetString(e.Payload))), StringComparison.Ordinal);
        Assert.Equal(0L, await Count("select count(*) from booking where session_id = @id", session));
        Assert.Equal(2, (await stage.Place(Stage.Start.AddDays(-7))).Placements.Count);
        var expert = await stage.Client.GetSessionAsync(new GetSessionRequest { Name = session.Name }, stage.As(Tokens.Professional(stage.Expert), Stage.Summer));
        Assert.Equal("", expert.Session.CancelExplanation);
    }

    [Fact]
    public async Task A_reason_is_of_the_list_and_another_one_is_explained()
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.Plan())[0];
        await Refused.With(StatusCode.InvalidArgument, "REASON_MISSING", () => Cancelling(stage, session, Reason.Unspecified, ""));
        await Refused.With(StatusCode.InvalidArgument, "REASON_MISSING", () => Cancelling(stage, session, (Reason)99, ""));
        await Refused.With(StatusCode.InvalidArgument, "EXPLANATION_MISSING", () => Cancelling(stage, session, Reason.Other, "  "));
        await Refused.With(StatusCode.InvalidArgument, "CASE_CODE_IN_TEXT", () => Cancelling(stage, session, Reason.Other, "À cause de SIT-7F3K-92QD"));
        await Refused.With(StatusCode.InvalidArgument, "TEXT_TOO_LONG", () => Cancelling(stage, session, Reason.RoomLost, new string('x', 501)));
    }

    [Fact]
    public async Task A_replanning_first_says_what_it_would_do_then_does_it_then_has_nothing_to_do()
    {
        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        await stage.Planned();
        var pole = Directory.Pole(stage.Pole, stage.Host, stage.Referent);
        (pole.Weekday, pole.StartTime) = (Weekday.Thursday, new TimeOnly(13, 0).ToProto());
        await Say(stage, pole);

        var dry = await Replan(stage, dryRun: true);
        Assert.Equal(["2026-09-03", "2026-10-01", "2026-11-05", "2026-12-03"], dry.Changes.Select(c => $"{c.ToDate.ToDate():yyyy-MM-dd}"));
        Assert.All(dry.Changes, c => Assert.Equal(Action.Moved, c.Action));
        Assert.Equal(sessions[1], await stage.Get(sessions[1].Name));

        Assert.Equal(dry.Changes, (await Replan(stage)).Changes);
        var first = await stage.Get(sessions[0].Name);
        Assert.Equal((2, 1, "2026-09-03T11:00"), (first.Items.Count, first.Sequence, $"{first.StartInstant.ToDateTimeOffset():yyyy-MM-ddTHH:mm}"));
        Assert.Equal(1, (await fixture.Said(first.Name)).Count(e => e.EventType.Contains("session_moved", StringComparison.Ordinal)));

        Assert.All((await Replan(stage)).Changes, c => Assert.Equal((Action.Kept, "ON_RHYTHM"), (c.Action, c.Reason)));
        Assert.Equal(first, await stage.Get(first.Name));
        Assert.Equal(4, (await stage.Plan()).Count);
    }

    [Fact]
    public async Task A_slower_rhythm_takes_away_empty_sessions_and_its_return_brings_them_back()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Planned();
        await Say(stage, Directory.Pole(stage.Pole, stage.Host, stage.Referent, rhythm: Rhythm.Quarterly));
        Assert.Equal([Action.Kept, Action.Cancelled, Action.Cancelled, Action.Kept], (await Replan(stage)).Changes.Select(c => c.Action));
        await Say(stage, Directory.Pole(stage.Pole, stage.Host, stage.Referent));
        Assert.Equal([Action.Kept, Action.Kept, Action.Added, Action.Added], (await Replan(stage)).Changes.Select(c => c.Action));
        Assert.Equal(4, (await stage.Plan()).Count(s => s.State == SessionState.Planned));
    }

    [Fact]
    public async Task Where_a_session_was_moved_by_hand_a_quicker_rhythm_lays_no_other()
    {
        var stage = await new Stage(fixture).Set(rhythm: Rhythm.Quarterly);
        await Move(stage, (await stage.Plan())[1], new DateOnly(2026, 11, 3));
        await Say(stage, Directory.Pole(stage.Pole, stage.Host, stage.Referent));
        var changes = (await Replan(stage)).Changes;
        Assert.Equal([(Action.Kept, "ON_RHYTHM"), (Action.Left, "MOVED_BY_HAND"), (Action.Added, "DATE_WITHOUT_SESSION")], changes.Select(c => (c.Action, c.Reason)));
        Assert.Equal(new DateOnly(2026, 10, 6).ToProto(), changes[2].ToDate);
    }

    [Fact]
    public async Task On_demand_the_next_day_that_will_do_is_not_one_taken_after_the_season()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        await fixture.Seasons.AddSessionAsync(
            new AddSessionRequest { RequestId = Stage.NewRequest(), Pole = stage.Pole, Date = new DateOnly(2026, 12, 2).ToProto() }, stage.AsCoordinator(Stage.Summer));
        var pole = Directory.Pole(stage.Pole, stage.Host, stage.Referent, rhythm: Rhythm.OnDemand);
        pole.Weekday = Weekday.Wednesday;
        await Say(stage, pole);
        var changes = (await Replan(stage, last: new DateOnly(2026, 12, 1))).Changes;
        Assert.Equal(["2026-09-02", "2026-10-07", "2026-11-04", "2026-12-09"], changes.Select(c => $"{c.ToDate.ToDate():yyyy-MM-dd}"));
    }

    [Fact]
    public async Task Sessions_trade_dates_without_standing_in_each_others_way()
    {
        // Every six weeks from the 1st; a week later each takes the day another stood on a week before, and so on.
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        await fixture.Seasons.PutSeasonRulesAsync(
            new PutSeasonRulesRequest { RequestId = Stage.NewRequest(), Owner = stage.Pole, Rules = new SeasonRules { WeekOfMonth = 2 } }, stage.AsCoordinator(Stage.Summer));
        Assert.Equal(["2026-09-08", "2026-10-13", "2026-11-10", "2026-12-08"], (await Replan(stage)).Changes.Select(c => $"{c.ToDate.ToDate():yyyy-MM-dd}"));
        await Say(stage, Directory.Pole(stage.Pole, stage.Host, stage.Referent, rhythm: Rhythm.EverySixWeeks));
        Assert.Equal(["2026-09-01", "2026-10-13", "2026-11-24"], (await Replan(stage)).Changes.Where(c => c.ToDate is not null).Select(c => $"{c.ToDate.ToDate():yyyy-MM-dd}"));
        Assert.All((await Replan(stage)).Changes, c => Assert.Equal(Action.Kept, c.Action));
    }

    [Fact]
    public async Task Rules_of_the_programme_hold_where_the_pole_says_nothing_and_the_call_above_both()
    {
        var stage = await new Stage(fixture).Set(Directory.Precarite);
        var rules = await Put(Directory.Precarite, new SeasonRules { PublicHolidays = ClashPolicy.Shift, WeekOfMonth = 3 });
        Assert.Equal((ClashPolicy.Shift, ClashPolicy.Warn, 3), (rules.PublicHolidays, rules.SchoolHolidays, rules.WeekOfMonth));
        rules = await Put(stage.Pole, new SeasonRules { WeekOfMonth = 2 });
        Assert.Equal((ClashPolicy.Shift, ClashPolicy.Warn, 2), (rules.PublicHolidays, rules.SchoolHolidays, rules.WeekOfMonth));
        Assert.Equal("2026-09-08", $"{(await stage.Plan())[0].Date.ToDate():yyyy-MM-dd}");
        await Put(Directory.Precarite, new SeasonRules());
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.Seasons.PutSeasonRulesAsync(
            new PutSeasonRulesRequest { RequestId = Stage.NewRequest(), Owner = Directory.Precarite }, stage.As(Tokens.Referent(stage.Referent, stage.Pole), Stage.Summer)));
        await Refused.With(StatusCode.InvalidArgument, "OWNER_INVALID", () => Putting("nowhere", new SeasonRules()));
        await Refused.With(StatusCode.InvalidArgument, "CLASH_POLICY_INVALID", () => Putting(stage.Pole, new SeasonRules { PublicHolidays = ClashPolicy.Warn }));
        await Refused.With(StatusCode.InvalidArgument, "WEEK_OF_MONTH_INVALID", () => Putting(stage.Pole, new SeasonRules { WeekOfMonth = 6 }));

        async Task<SeasonRules> Put(string owner, SeasonRules said) => (await Putting(owner, said)).Rules;

        AsyncUnaryCall<PutSeasonRulesResponse> Putting(string owner, SeasonRules said) => fixture.Seasons.PutSeasonRulesAsync(
            new PutSeasonRulesRequest { RequestId = Stage.NewRequest(), Owner = owner, Rules = said }, stage.AsCoordinator(Stage.Summer));
    }

    private static async Task<string> Outcome(AsyncUnaryCall<MoveSessionResponse> call)
    {
        try
        {
            await call;
            return "";
        }
        catch (RpcException refused)
        {
            return refused.Reason() ?? "";
        }
    }

    private Task Say(Stage stage, Pole pole) => Directory.Say(fixture, stage.Pole, new PoleChanged { Pole = pole });

    private async Task<ReplanSeasonResponse> Replan(Stage stage, bool dryRun = false, DateOnly? last = null) => await fixture.Seasons.ReplanSeasonAsync(
        new ReplanSeasonRequest
        {
            RequestId = Stage.NewRequest(), Pole = stage.Pole, FirstDate = new DateOnly(2026, 9, 1).ToProto(), LastDate = (last ?? new DateOnly(2026, 12, 31)).ToProto(), DryRun = dryRun,
        },
        stage.AsCoordinator(Stage.Summer));

    private async Task<Session> Move(Stage stage, Session session, DateOnly date, DateTimeOffset? now = null) => (await Moving(stage, session, date, now: now)).Session;

    private AsyncUnaryCall<MoveSessionResponse> Moving(Stage stage, Session session, DateOnly date, TimeOnly? time = null, DateTimeOffset? now = null) => fixture.Seasons.MoveSessionAsync(
        new MoveSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Date = date.ToProto(), StartTime = time?.ToProto() },
        stage.AsCoordinator(now ?? (session.State == SessionState.Convened ? Stage.Start.AddDays(-7) : Stage.Summer)));

    private async Task<Session> Cancel(Stage stage, Session session, Reason reason, string explanation) => (await Cancelling(stage, session, reason, explanation)).Session;

    private AsyncUnaryCall<CancelSessionResponse> Cancelling(Stage stage, Session session, Reason reason, string explanation) => fixture.Seasons.CancelSessionAsync(
        new CancelSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Reason = reason, Explanation = explanation }, stage.AsCoordinator(Stage.Start.AddDays(-7)));

    private static Guid Id(Session session) => Guid.Parse(session.Name["sessions/".Length..]);

    private Task<long> Count(string sql, Session session) => fixture.Db.Read(tx => tx.Single<long>(sql, new { id = Id(session) }), CancellationToken.None);

    private Task Db(string sql, object parameters) => fixture.Db.InTransaction(tx => tx.Execute(sql, parameters), CancellationToken.None);
}
