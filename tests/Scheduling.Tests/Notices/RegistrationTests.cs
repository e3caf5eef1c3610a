using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.Scheduling.Registrations;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Npgsql;
using Room = Intervision.Scheduling.V1.Room;

namespace Intervision.Scheduling.Tests.Notices;

/// <summary>People who come without being tied to a case, in the open programme.</summary>
public sealed class RegistrationTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    private NoticeService.NoticeServiceClient Client => fixture.Client<NoticeService.NoticeServiceClient>();

    [Fact]
    public async Task Twelve_at_once_for_five_seats_five_sit_and_seven_wait_in_order()
    {
        var (stage, session) = await Open(seats: 5);
        var people = await People(stage, 12);
        var answers = await Task.WhenAll(people.Select(p => Come(stage, session, p)));
        Assert.Equal(5, answers.Count(r => r.State == RegistrationState.Registered));
        Assert.Equal(Enumerable.Range(1, 7), answers.Where(r => r.State == RegistrationState.Waiting).Select(r => r.WaitingPosition).Order());
        var list = await List(stage, session);
        Assert.Equal((12, 5, 0), (list.Registrations.Count, list.Seats, list.FreeSeats));
        Assert.Equal(5L, await fixture.Db.Read(tx => tx.Single<long>("select count(distinct seat) from registration where session_id = @id and seat between 1 and 5", new { id = Id(session) }), CancellationToken.None));
    }

    [Fact]
    public async Task A_freed_seat_goes_to_the_first_who_waits_and_who_comes_back_waits_behind()
    {
        var (stage, session) = await Open(seats: 1);
        var people = await People(stage, 3);
        foreach (var person in people)
        {
            await Come(stage, session, person);
        }

        Assert.Equal(RegistrationState.Cancelled, (await Leave(stage, session, people[0])).State);
        Assert.Equal(["REGISTERED 0", "WAITING 1"], (await List(stage, session)).Registrations.Select(r => $"{r.State.Code()} {r.WaitingPosition}"));
        Assert.Equal(people[1], (await List(stage, session)).Registrations[0].Professional);
        Assert.Equal(2, (await Come(stage, session, people[0])).WaitingPosition);
        // The coordinator takes somebody off; again changes nothing.
        await Client.CancelRegistrationAsync(new CancelRegistrationRequest { RequestId = Stage.NewRequest(), Name = session.Name, Professional = people[1] }, stage.AsCoordinator(Stage.Summer));
        await Client.CancelRegistrationAsync(new CancelRegistrationRequest { RequestId = Stage.NewRequest(), Name = session.Name, Professional = people[1] }, stage.AsCoordinator(Stage.Summer));
        Assert.Equal([people[2], people[0]], (await List(stage, session)).Registrations.Select(r => r.Professional));
    }

    [Fact]
    public async Task Registering_again_changes_nothing()
    {
        var (stage, session) = await Open(seats: 3);
        var person = (await People(stage, 1))[0];
        var request = new RegisterRequest { RequestId = Stage.NewRequest(), Name = session.Name };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await Client.RegisterAsync(request, stage.As(Tokens.Professional(person), Stage.Summer))).Registration));
        Assert.Single(answers.Distinct());
        Assert.Equal(answers[0], await Come(stage, session, person));
        Assert.Equal(2, (await List(stage, session)).FreeSeats);
        var other = request.Clone();
        (other.ManagerLeaveGiven, other.ManagerLeaveDate) = (true, new DateOnly(2026, 7, 1).ToProto());
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Client.RegisterAsync(other, stage.As(Tokens.Professional(person), Stage.Summer)));
    }

    [Fact]
    public async Task A_larger_room_seats_those_who_wait()
    {
        var (stage, session) = await Open(seats: 1);
        foreach (var person in await People(stage, 3))
        {
            await Come(stage, session, person);
        }

        await Assign(stage, await stage.Get(session.Name), 3);
        Assert.All((await List(stage, session)).Registrations, r => Assert.Equal(RegistrationState.Registered, r.State));
        var small = await Assign(stage, await stage.Get(session.Name), 1);
        Assert.All((await List(stage, session)).Registrations, r => Assert.Equal(RegistrationState.Registered, r.State));

        // The room itself gets more seats: who comes then does not overtake who waits.
        var late = (await People(stage, 5)).Skip(3).ToList();
        Assert.Equal(1, (await Come(stage, session, late[0])).WaitingPosition);
        var room = (await fixture.Seasons.ListRoomsAsync(new ListRoomsRequest { Host = stage.Host }, stage.AsCoordinator(Stage.Summer))).Rooms.Single(r => r.Name == small.Room);
        room.Seats = 4;
        await fixture.Seasons.PutRoomAsync(new PutRoomRequest { RequestId = Stage.NewRequest(), Room = room }, stage.AsCoordinator(Stage.Summer));
        Assert.Equal(RegistrationState.Registered, (await List(stage, session)).Registrations.Single(r => r.Professional == late[0]).State);
        Assert.Equal(1, (await Come(stage, session, late[1])).WaitingPosition);
    }

    [Theory]
    [InlineData("AnnounceMyself")]
    [InlineData("WithdrawAnnouncement")]
    [InlineData("WithdrawNotice")]
    [InlineData("CancelRegistration")]
    public async Task The_same_request_is_one_and_its_id_is_for_one_payload(string verb)
    {
        var (stage, session) = await Open(seats: 2);
        var (_, other) = await Open(seats: 2);
        var person = (await People(stage, 1))[0];
        foreach (var one in new[] { session, other })
        {
            await Client.PublishNoticeAsync(new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = one.Name }, stage.AsCoordinator(Stage.Summer));
            await Come(stage, one, person);
        }

        var id = Stage.NewRequest();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Say(session.Name)));
        Assert.Single(answers.Distinct());
        var refused = await Assert.ThrowsAsync<RpcException>(() => Say(other.Name));
        Assert.Equal((StatusCode.AlreadyExists, "REQUEST_ID_REUSED"), (refused.StatusCode, refused.Reason()));

        async Task<IMessage> Say(string name) => verb switch
        {
            "AnnounceMyself" => await Client.AnnounceMyselfAsync(new AnnounceMyselfRequest { RequestId = id, Name = name, DisplayName = "Anne" }, stage.As(Tokens.Professional(person), Stage.Summer)),
            "WithdrawAnnouncement" => await Client.WithdrawAnnouncementAsync(new WithdrawAnnouncementRequest { RequestId = id, Name = name }, stage.As(Tokens.Professional(person), Stage.Summer)),
            "WithdrawNotice" => await Client.WithdrawNoticeAsync(new WithdrawNoticeRequest { RequestId = id, Name = name }, stage.AsCoordinator(Stage.Summer)),
            _ => await Client.CancelRegistrationAsync(new CancelRegistrationRequest { RequestId = id, Name = name }, stage.As(Tokens.Professional(person), Stage.Summer)),
        };
    }

    [Fact]
    public async Task A_closed_programme_an_invited_person_and_a_session_begun_are_refused_with_the_reason()
    {
        var closed = await new Stage(fixture).Set();
        var session = await closed.Planned();
        await Refused.With(StatusCode.FailedPrecondition, "PROGRAMME_NOT_OPEN", () => Coming(closed, session, closed.Physician));
        var (stage, open) = await Open(seats: 3);
        var person = (await People(stage, 1))[0];
        await Refused.With(StatusCode.FailedPrecondition, "SESSION_STARTED", () => Coming(stage, open, person, Stage.Start));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Coming(stage, open, "professionals/Nobody"));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.CancelRegistrationAsync(
            new CancelRegistrationRequest { RequestId = Stage.NewRequest(), Name = open.Name, Professional = person }, stage.As(Tokens.Professional(stage.Physician), Stage.Summer)));
        await Refused.With(StatusCode.FailedPrecondition, "NOT_REGISTERED", () => Client.CancelRegistrationAsync(
            new CancelRegistrationRequest { RequestId = Stage.NewRequest(), Name = open.Name, Professional = person }, stage.AsCoordinator(Stage.Summer)));
    }

    [Fact]
    public async Task Salaried_staff_come_with_their_managers_leave_and_its_day()
    {
        var (stage, session) = await Open(seats: 3);
        await Refused.With(StatusCode.FailedPrecondition, "MANAGER_LEAVE_MISSING", () => Coming(stage, session, stage.Expert));
        await Refused.With(StatusCode.InvalidArgument, "DATE_INVALID", () => With(null, given: true));
        await Refused.With(StatusCode.InvalidArgument, "DATE_IN_THE_FUTURE", () => With(new DateOnly(2026, 8, 2), given: true));
        await Refused.With(StatusCode.InvalidArgument, "LEAVE_NOT_GIVEN", () => With(new DateOnly(2026, 7, 2), given: false));
        var registration = (await With(new DateOnly(2026, 7, 2), given: true)).Registration;
        Assert.Equal((RegistrationState.Registered, new DateOnly(2026, 7, 2).ToProto(), true), (registration.State, registration.ManagerLeaveDate, registration.CharterAccepted));
        // A liberal needs none.
        Assert.Null((await Come(stage, session, stage.Physician)).ManagerLeaveDate);

        AsyncUnaryCall<RegisterResponse> With(DateOnly? day, bool given) => Client.RegisterAsync(
            new RegisterRequest { RequestId = Stage.NewRequest(), Name = session.Name, ManagerLeaveGiven = given, ManagerLeaveDate = day?.ToProto() }, stage.As(Tokens.Professional(stage.Expert), Stage.Summer));
    }

    [Fact]
    public async Task Who_registered_is_an_observer_of_the_convened_session_and_sees_no_case()
    {
        var stage = await new Stage(fixture).Set(Directory.Precarite, minutes: 90);
        var people = await People(stage, 2);
        var session = await stage.Frozen(2, Directory.Precarite);
        await Come(stage, session, people[0], Stage.Start.AddDays(-9));
        session = (await stage.Client.HoldPreparatoryMeetingAsync(
            new HoldPreparatoryMeetingRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, MeetingDate = new DateOnly(2026, 8, 27).ToProto() }, stage.AsCoordinator(Stage.Start.AddDays(-5)))).Session;
        session = (await stage.Client.ConveneSessionAsync(stage.Convening(session), stage.AsCoordinator(Stage.Start.AddDays(-5)))).Session;
        await Come(stage, session, people[1], Stage.Start.AddDays(-4));

        var convened = await stage.Get(session.Name);
        Assert.Equal(people.Order(StringComparer.Ordinal), convened.Invitations.Where(i => i.Role == SessionRole.Observer).Select(i => i.Professional).Order(StringComparer.Ordinal));
        var seen = (await stage.Client.GetSessionAsync(new GetSessionRequest { Name = session.Name }, stage.As(Tokens.Professional(people[1]), Stage.Start))).Session;
        Assert.Equal((0, SessionRole.Observer), (seen.Items.Count, Assert.Single(seen.Invitations).Role));
        Assert.Equal(2, convened.Items.Count);

        await Refused.With(StatusCode.FailedPrecondition, "INVITED_ALREADY", () => Coming(stage, session, stage.Physician, Stage.Start.AddDays(-4)));
        await Leave(stage, session, people[0], Stage.Start.AddDays(-3));
        Assert.Equal([people[1]], (await stage.Get(session.Name)).Invitations.Where(i => i.Role == SessionRole.Observer).Select(i => i.Professional));
    }

    [Fact]
    public async Task The_database_gives_no_seat_twice_and_none_above_the_last()
    {
        var (stage, session) = await Open(seats: 2);
        var people = await People(stage, 2);
        await Come(stage, session, people[0]);
        await Come(stage, session, people[1]);
        Assert.Equal(PostgresErrorCodes.UniqueViolation, await Breaks("update registration set seat = 1 where session_id = @id", session));
        Assert.Equal(PostgresErrorCodes.CheckViolation, await Breaks("update registration set seat = seat + 2 where session_id = @id", session));
        Assert.Equal(PostgresErrorCodes.CheckViolation, await Breaks("update registration set state = 'WAITING' where session_id = @id", session));
    }

    /// <summary>Whoever comes and goes, nobody waits beside a free seat and nobody overtakes.</summary>
    [Fact]
    public void Nobody_waits_beside_a_free_seat() =>
        Prop.ForAll(
            Gen.Choose(0, 9).ListOf(12).ToArbitrary(),
            dice =>
            {
                var (seats, entries) = (4, dice.Select((d, i) => new Entry { Professional = $"{i:D2}", OrderNo = i, State = d < 5 ? "WAITING" : "CANCELLED" }).ToList());
                foreach (var (die, i) in dice.Select((d, i) => (d, i)).Where(p => p.d == 9).DistinctBy(p => p.i % seats))
                {
                    entries[i] = new Entry { Professional = $"{i:D2}", OrderNo = i, State = "REGISTERED", Seat = 1 + (i % seats) };
                }

                var promoted = Seating.Promotions(entries, seats);
                var sitting = entries.Where(e => e.IsRegistered).Select(e => e.Seat!.Value).Concat(promoted.Select(p => p.Seat)).ToList();
                Assert.Equal(sitting.Distinct().Count(), sitting.Count);
                Assert.All(sitting, seat => Assert.InRange(seat, 1, seats));
                Assert.True(sitting.Count == seats || promoted.Count == entries.Count(e => e.IsWaiting));
                Assert.Equal(entries.Where(e => e.IsWaiting).Select(e => e.Professional).Take(promoted.Count), promoted.Select(p => p.Professional));
            }).QuickCheckThrowOnFailure();

    private static Guid Id(Session session) => Guid.Parse(session.Name["sessions/".Length..]);

    private async Task<(Stage Stage, Session Session)> Open(int seats)
    {
        var stage = await new Stage(fixture).Set(Directory.Precarite);
        var session = (await stage.Plan())[0];
        return (stage, await Assign(stage, session, seats));
    }

    private async Task<Session> Assign(Stage stage, Session session, int seats)
    {
        var room = (await fixture.Seasons.PutRoomAsync(
            new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = $"Salle {Guid.CreateVersion7()}", Seats = seats } }, stage.AsCoordinator(Stage.Summer))).Room;
        return (await fixture.Seasons.AssignRoomAsync(new AssignRoomRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Room = room.Name }, stage.AsCoordinator(Stage.Summer))).Session;
    }

    private async Task<IReadOnlyList<string>> People(Stage stage, int count)
    {
        var names = Enumerable.Range(1, count).Select(n => $"{stage.Referent}-{n:D2}").ToList();
        foreach (var name in names)
        {
            await Directory.Person(fixture, name, activities: Directory.Activity("organisations/LIBERAL", Mode.Liberal));
        }

        return names;
    }

    private async Task<Registration> Come(Stage stage, Session session, string who, DateTimeOffset? now = null) => (await Coming(stage, session, who, now)).Registration;

    private AsyncUnaryCall<RegisterResponse> Coming(Stage stage, Session session, string who, DateTimeOffset? now = null) => Client.RegisterAsync(
        new RegisterRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.As(Tokens.Professional(who), now ?? Stage.Summer));

    private async Task<Registration> Leave(Stage stage, Session session, string who, DateTimeOffset? now = null) => (await Client.CancelRegistrationAsync(
        new CancelRegistrationRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.As(Tokens.Professional(who), now ?? Stage.Summer))).Registration;

    private async Task<ListRegistrationsResponse> List(Stage stage, Session session) =>
        await Client.ListRegistrationsAsync(new ListRegistrationsRequest { Name = session.Name }, stage.AsCoordinator(Stage.Summer));

    private async Task<string> Breaks(string sql, Session session) => (await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.InTransaction(
        tx => tx.Execute(sql, new { id = Id(session) }), CancellationToken.None))).SqlState;
}
