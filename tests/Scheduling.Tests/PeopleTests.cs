using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Scheduling.Tests;

/// <summary>Who is taken, who sees what, and what the sheet keeps.</summary>
public sealed class PeopleTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task One_person_is_not_at_two_tables_at_once_in_any_role()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        await one.Convened();
        var frozen = await two.Frozen();
        await Convene("DOUBLE_BOOKING_EXPERT", r => r.Expert = one.Expert);
        await Convene("DOUBLE_BOOKING_FACILITATOR", r => r.Facilitator = one.Referent);
        await Convene("DOUBLE_BOOKING_FACILITATOR", r => r.Facilitator = one.Expert);
        Assert.Equal(SessionState.Convened, (await two.Client.ConveneSessionAsync(two.Convening(frozen), two.AsCoordinator(Stage.Start.AddDays(-7)))).Session.State);

        Task<RpcException> Convene(string reason, Action<ConveneSessionRequest> change)
        {
            var request = two.Convening(frozen);
            change(request);
            return Refused.With(StatusCode.FailedPrecondition, reason, () => two.Client.ConveneSessionAsync(request, two.AsCoordinator(Stage.Start.AddDays(-7))));
        }
    }

    [Fact]
    public async Task Of_two_sessions_convened_at_once_with_the_same_expert_one_gets_her()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        var (first, second) = (await one.Frozen(), await two.Frozen());
        var outcomes = await Task.WhenAll(Try(one, first), Try(two, second));
        Assert.Equal(["DOUBLE_BOOKING_EXPERT", "OK"], outcomes.Order(StringComparer.Ordinal));

        async Task<string> Try(Stage stage, Session session)
        {
            var request = stage.Convening(session);
            request.Expert = one.Expert;
            try
            {
                await stage.Client.ConveneSessionAsync(request, stage.AsCoordinator(Stage.Start.AddDays(-7)));
                return "OK";
            }
            catch (RpcException e)
            {
                return e.Reason() ?? "";
            }
        }
    }

    [Theory]
    [InlineData("UNKNOWN_PROFESSIONAL", "professionals/NOBODY", "")]
    [InlineData("EXPERT_REQUIRED", "", "")]
    [InlineData("NOT_AN_EXPERT", "physician", "")]
    public async Task The_expert_is_a_known_expert_or_a_recorded_reason(string reason, string expert, string waiver)
    {
        var stage = await new Stage(fixture).Set();
        var request = stage.Convening(await stage.Frozen());
        request.Expert = expert == "physician" ? stage.Physician : expert;
        request.ExpertWaiverReason = waiver;
        await Refused.With(StatusCode.FailedPrecondition, reason, () => stage.Client.ConveneSessionAsync(request, stage.AsCoordinator(Stage.Start.AddDays(-7))));
        request.Expert = "";
        request.ExpertWaiverReason = "Congé";
        Assert.Contains("Séance sans expert.", (await stage.Client.ConveneSessionAsync(request, stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session.Warnings);
    }

    [Fact]
    public async Task Each_reader_sees_what_concerns_him()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        // The pharmacist is invited for both; another doctor for the second only.
        Assert.Equal(5, (await See(stage.Coordinator)).Invitations.Count);
        Assert.Equal(2, (await See(Tokens.HostCoordinator("host", stage.Pole))).Items.Count);
        Assert.Equal(2, (await See(Tokens.Professional(stage.Referent))).Items.Count);
        var expert = await See(Tokens.Professional(stage.Expert));
        Assert.Equal((2, 1, 0), (expert.Items.Count, expert.Invitations.Count, expert.Warnings.Count));
        var physician = await See(Tokens.Professional(stage.Physician));
        Assert.Equal((2, 1), (physician.Items.Count, physician.Invitations.Count));
        var auditor = await See(Tokens.Of(Roles.Auditor, "auditor@ars"));
        Assert.Equal((0, 0, 0), (auditor.Items.Count, auditor.Invitations.Count, auditor.Attendance.Count));
        Assert.Equal(2, (await See(Tokens.Service("intake"))).Items.Count);
        foreach (var stranger in new[] { Tokens.Professional("professionals/Stranger"), Tokens.Referent("professionals/E", "poles/ELSE"), Tokens.Of(Roles.FinanceOfficer, "f"), Tokens.Cpts("organisations/C") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Get(session.Name, stranger));
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Get($"sessions/{Guid.CreateVersion7()}", stranger));
        }

        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Get("sessions/none", stage.Coordinator));
        async Task<Session> See(DevelopmentClaims who) => (await Get(session.Name, who)).Session;
        AsyncUnaryCall<GetSessionResponse> Get(string name, DevelopmentClaims who) =>
            stage.Client.GetSessionAsync(new GetSessionRequest { Name = name }, stage.As(who, Stage.Start));
    }

    [Fact]
    public async Task An_invited_person_sees_own_items_only_even_when_known_by_RPPS_alone()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Plan();
        await stage.Ready(1);
        var doctor = $"professionals/D{Guid.CreateVersion7():N}";
        await Directory.Person(fixture, doctor, rpps: "99700001235", activities: Directory.Activity("organisations/D"));
        await fixture.Deliver(
            "intake",
            new Intervision.Intake.Events.V1.CaseReady { Case = stage.Case(2), Programme = Directory.Addictions, Pole = stage.Pole, Requester = doctor, AttendingPhysicianAbsence = Intake.V1.AttendingPhysicianAbsence.Unreachable, SubmitTime = Stage.Summer.ToProto() },
            stage.Case(2),
            Stage.Summer);
        await stage.Place();
        var name = (await stage.Plan())[0].Name;
        var session = await stage.Get(name);
        session = (await stage.Client.FreezeAgendaAsync(new FreezeAgendaRequest { RequestId = Stage.NewRequest(), Name = name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start.AddDays(-10)))).Session;
        await stage.Client.ConveneSessionAsync(stage.Convening(session), stage.AsCoordinator(Stage.Start.AddDays(-7)));

        var byRpps = new DevelopmentClaims("f:psc:899700001235", [Roles.Professional]) { Rpps = "99700001235" };
        var seen = (await stage.Client.GetSessionAsync(new GetSessionRequest { Name = name }, stage.As(byRpps, Stage.Start))).Session;
        Assert.Equal([stage.Case(2)], seen.Items.Select(i => i.Case));
        Assert.Equal(doctor, Assert.Single(seen.Invitations).Professional);
        var listed = await stage.Client.ListSessionsAsync(new ListSessionsRequest(), stage.As(byRpps, Stage.Start));
        Assert.Equal([name], listed.Sessions.Select(s => s.Name));
    }

    [Fact]
    public async Task Lists_come_in_pages_by_start_and_a_token_serves_its_own_filter_only()
    {
        var stage = await new Stage(fixture).Set();
        var planned = (await stage.Plan()).Select(s => s.Name).ToList();
        var seen = new List<string>();
        var request = new ListSessionsRequest { Pole = stage.Pole, PageSize = 3 };
        do
        {
            var page = await stage.Client.ListSessionsAsync(request, stage.AsCoordinator(Stage.Start));
            seen.AddRange(page.Sessions.Select(s => s.Name));
            request.PageToken = page.NextPageToken;
            if (page.NextPageToken.Length > 0)
            {
                var other = request.Clone();
                other.States.Add(SessionState.Planned);
                await Refused.With(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => stage.Client.ListSessionsAsync(other, stage.AsCoordinator(Stage.Start)));
            }
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(planned, seen);
        var october = new ListSessionsRequest { Pole = stage.Pole, FromDate = new DateOnly(2026, 10, 6).ToProto(), ToDate = new DateOnly(2026, 11, 3).ToProto(), States = { SessionState.Planned } };
        Assert.Equal(planned.Skip(1).Take(2), (await stage.Client.ListSessionsAsync(october, stage.AsCoordinator(Stage.Start))).Sessions.Select(s => s.Name));
        await Refused.With(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => stage.Client.ListSessionsAsync(new ListSessionsRequest { PageSize = -1 }, stage.AsCoordinator(Stage.Start)));
        await Refused.With(StatusCode.InvalidArgument, "DATE_INVALID", () => stage.Client.ListSessionsAsync(new ListSessionsRequest { FromDate = new Google.Type.Date { Year = 2026, Month = 2, Day = 30 } }, stage.AsCoordinator(Stage.Start)));
        Assert.Empty((await stage.Client.ListSessionsAsync(new ListSessionsRequest { Pole = stage.Pole }, stage.As(Tokens.Referent("professionals/E", "poles/ELSE"), Stage.Start))).Sessions);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => stage.Client.ListSessionsAsync(new ListSessionsRequest(), stage.As(Tokens.Of(Roles.FinanceOfficer, "f"), Stage.Start)));
    }

    [Fact]
    public async Task The_waiting_list_is_for_who_organises_and_comes_in_pages()
    {
        var stage = await new Stage(fixture).Set();
        for (var n = 1; n <= 3; n++)
        {
            await stage.Ready(n);
        }

        var referent = Tokens.Referent(stage.Referent, stage.Pole);
        var first = await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { PageSize = 2 }, stage.As(referent, Stage.Start));
        var second = await stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { PageSize = 2, PageToken = first.NextPageToken }, stage.As(referent, Stage.Start));
        Assert.Equal([stage.Case(1), stage.Case(2), stage.Case(3)], first.Cases.Concat(second.Cases).Select(c => c.Case));
        Assert.Equal("", second.NextPageToken);
        foreach (var stranger in new[] { Tokens.Professional(stage.Requester), Tokens.Of(Roles.Auditor, "a"), Tokens.Service("intake"), Tokens.Referent("professionals/E", "poles/ELSE") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => stage.Client.ListWaitingCasesAsync(new ListWaitingCasesRequest { Pole = stage.Pole }, stage.As(stranger, Stage.Start)));
        }
    }

    [Fact]
    public async Task A_line_takes_the_only_capacity_of_the_day_or_the_one_said()
    {
        var stage = await new Stage(fixture).Set();
        var opened = await stage.Opened(1);
        // Left one practice on the day of the session (exclusive) for another, and works at the hospital besides.
        await Directory.Person(
            fixture,
            stage.Physician,
            activities:
            [
                Directory.Activity("organisations/OLD", Mode.Liberal, until: new DateOnly(2026, 9, 1)), Directory.Activity("organisations/NEW", Mode.Liberal, from: new DateOnly(2026, 9, 1)),
                Directory.Activity("organisations/CH"),
            ]);
        var line = stage.Line(stage.Physician, SessionRole.AttendingPhysician);
        var request = new RecordAttendanceRequest { RequestId = Stage.NewRequest(), Name = opened.Name, Etag = opened.Etag, Lines = { stage.Line(stage.Referent, SessionRole.Facilitator), line } };
        var refused = await Refused.With(StatusCode.InvalidArgument, "AMBIGUOUS_CAPACITY", () => stage.Client.RecordAttendanceAsync(request, stage.AsCoordinator(Stage.Start.AddMinutes(30))));
        Assert.Equal("lines[1].capacity", Assert.Single(refused.Detail<Google.Rpc.BadRequest>()!.FieldViolations).Field);
        line.Capacity = new Capacity { Mode = "L" };
        var recorded = (await stage.Client.RecordAttendanceAsync(request, stage.AsCoordinator(Stage.Start.AddMinutes(30)))).Session;
        Assert.Equal("organisations/NEW", recorded.Attendance.Single(l => l.Professional == stage.Physician).Capacity.Organisation);
        var unknown = new RecordAttendanceRequest { RequestId = Stage.NewRequest(), Name = opened.Name, Etag = recorded.Etag, Lines = { stage.Line("professionals/NOBODY", SessionRole.Actor) } };
        await Refused.With(StatusCode.FailedPrecondition, "UNKNOWN_PROFESSIONAL", () => stage.Client.RecordAttendanceAsync(unknown, stage.AsCoordinator(Stage.Start.AddMinutes(31))));
    }

    [Fact]
    public async Task The_facilitator_paid_for_the_session_needs_a_second_signature()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        var referent = Tokens.Referent(stage.Referent, stage.Pole);
        var first = await stage.Certify(held, referent);
        Assert.Equal((true, SessionState.Held), (first.SecondSignatureNeeded, first.Session.State));
        Assert.True((await stage.Certify(first.Session, referent)).SecondSignatureNeeded);
        var second = await stage.Certify(await stage.Get(held.Name), Tokens.HostCoordinator("host@pole", stage.Pole));
        Assert.Equal((false, SessionState.AttendanceCertified), (second.SecondSignatureNeeded, second.Session.State));
        Assert.Equal(
            [stage.Referent, "host@pole"],
            (await fixture.Said(held.Name))[^1].As<Intervision.Scheduling.Events.V1.AttendanceCertified>().Certifiers);
    }

    [Fact]
    public async Task A_certified_sheet_is_immutable_even_for_the_database_owner()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        await stage.Certify(held, stage.Coordinator);
        var id = held.Name["sessions/".Length..];
        await using var owner = new NpgsqlConnection(fixture.OwnerConnectionString);
        await owner.OpenAsync();
        foreach (var sql in new[]
        {
            $"update attendance_line set kilometres = 900 where session_id = '{id}'",
            $"delete from attendance_line where session_id = '{id}'",
            $"insert into attendance_line select session_id, 'professionals/Ghost', role, profession_table, profession_code, capacity_mode, organisation, mode, in_time, out_time, cases, kilometres, no_other_funder_declared, signature from attendance_line where session_id = '{id}' limit 1",
            $"update session set state = 'HELD' where id = '{id}'",
        })
        {
            await using var command = new NpgsqlCommand(sql, owner);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Contains("S9", refused.MessageText, StringComparison.Ordinal);
        }

        // An erased case still leaves it (DESIGN §7.10).
        await using var erase = new NpgsqlCommand($"update attendance_line set cases = '{{}}' where session_id = '{id}'", owner);
        Assert.Equal(4, await erase.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task A_clock_before_the_last_change_is_refused()
    {
        var stage = await new Stage(fixture).Set();
        var held = await stage.Held();
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => stage.Client.CertifyAttendanceAsync(
            new CertifyAttendanceRequest { RequestId = Stage.NewRequest(), Name = held.Name, Etag = held.Etag }, stage.AsCoordinator(Stage.Start)));
    }

    [Fact]
    public async Task The_Lille_programme_wants_its_preparatory_meeting()
    {
        var stage = await new Stage(fixture).Set(Directory.Precarite, minutes: 180);
        var frozen = await stage.Frozen(programme: Directory.Precarite);
        Assert.Equal(6, frozen.Capacity);
        await Refused.With(StatusCode.FailedPrecondition, "PREPARATORY_MEETING_REQUIRED", () => stage.Client.ConveneSessionAsync(stage.Convening(frozen), stage.AsCoordinator(Stage.Start.AddDays(-3))));
        var prepared = (await stage.Client.HoldPreparatoryMeetingAsync(
            new HoldPreparatoryMeetingRequest { RequestId = Stage.NewRequest(), Name = frozen.Name, Etag = frozen.Etag, MeetingDate = new DateOnly(2026, 8, 28).ToProto() },
            stage.AsCoordinator(Stage.Start.AddDays(-3)))).Session;
        Assert.Equal(SessionState.Prepared, prepared.State);
        var request = stage.Convening(prepared);
        request.Expert = "";
        Assert.Equal(SessionState.Convened, (await stage.Client.ConveneSessionAsync(request, stage.AsCoordinator(Stage.Start.AddDays(-3)))).Session.State);
    }
}
