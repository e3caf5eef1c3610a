using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Room = Intervision.Scheduling.V1.Room;

namespace Intervision.Scheduling.Tests.Rooms;

public sealed class RoomTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task A_room_is_added_changed_and_listed()
    {
        var stage = await new Stage(fixture).Set();
        var room = await Put(stage, "Grande salle", 40);
        Assert.Equal((stage.Host, 40, "v1"), (room.Host, room.Seats, room.Etag));
        await Refused.With(StatusCode.AlreadyExists, "ROOM_EXISTS", () => Putting(stage, new Room { Host = stage.Host, DisplayName = "Grande salle", Seats = 3 }));
        var changed = room.Clone();
        (changed.Seats, changed.Accessible) = (35, true);
        var after = (await Putting(stage, changed)).Room;
        Assert.Equal((35, true, "v2"), (after.Seats, after.Accessible, after.Etag));
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Putting(stage, changed));
        changed.Etag = "";
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Putting(stage, changed));
        changed = after.Clone();
        changed.Host = "organisations/OTHER";
        await Refused.With(StatusCode.InvalidArgument, "HOST_IMMUTABLE", () => Putting(stage, changed));
        await Put(stage, "Bureau", 4);
        var rooms = await fixture.Seasons.ListRoomsAsync(new ListRoomsRequest { Host = stage.Host, PageSize = 1 }, stage.AsCoordinator(Stage.Summer));
        Assert.Equal("Bureau", Assert.Single(rooms.Rooms).DisplayName);
        rooms = await fixture.Seasons.ListRoomsAsync(new ListRoomsRequest { Host = stage.Host, PageSize = 1, PageToken = rooms.NextPageToken }, stage.AsCoordinator(Stage.Summer));
        Assert.Equal((after, ""), (Assert.Single(rooms.Rooms), rooms.NextPageToken));
    }

    [Fact]
    public async Task One_request_adds_one_room_and_only_those_who_receive_there_may()
    {
        var stage = await new Stage(fixture).Set();
        var request = new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = "Salle", Seats = 10 } };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await fixture.Seasons.PutRoomAsync(request, stage.As(Tokens.HostCoordinator("host@pole", stage.Pole), Stage.Summer))));
        Assert.Single(answers.Distinct());
        var other = request.Clone();
        other.Room.Seats = 11;
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => fixture.Seasons.PutRoomAsync(other, stage.As(Tokens.HostCoordinator("host@pole", stage.Pole), Stage.Summer)));
        foreach (var who in new[] { Tokens.HostCoordinator("host@elsewhere", "poles/ELSEWHERE"), Tokens.Professional(stage.Referent) })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.Seasons.PutRoomAsync(
                new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = "Autre", Seats = 10 } }, stage.As(who, Stage.Summer)));
        }
    }

    [Theory]
    [InlineData("", "Salle", 10, "HOST_INVALID")]
    [InlineData("organisations/1", " ", 10, "NAME_INVALID")]
    [InlineData("organisations/1", "Salle", 0, "SEATS_INVALID")]
    [InlineData("organisations/1", "Salle", 501, "SEATS_INVALID")]
    public async Task A_room_has_a_host_a_name_and_seats(string host, string name, int seats, string reason)
    {
        var stage = new Stage(fixture);
        await Refused.With(StatusCode.InvalidArgument, reason, () => Putting(stage, new Room { Host = host, DisplayName = name, Seats = seats }));
    }

    [Fact]
    public async Task Two_poles_meet_at_one_host_at_once_in_two_rooms_and_never_in_one()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        var (large, small) = (await Put(one, "Grande", 40), await Put(one, "Petite", 6));
        foreach (var session in await one.Plan())
        {
            await Assign(one, session, large.Name);
        }

        await Directory.Say(fixture, two.Pole, new PoleChanged { Pole = Directory.Pole(two.Pole, one.Host, two.Referent) });
        var planned = (await two.Plan())[0];
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_ROOM", () => Assigning(two, planned, large.Name));
        Assert.Equal(small.Name, (await Assign(two, planned, small.Name)).Room);

        // Around the code: the database refuses as well.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.InTransaction(
            tx => tx.Execute("update booking set resource = @large where resource = @small", new { large = large.Name, small = small.Name }), CancellationToken.None));
        Assert.Equal((PostgresErrorCodes.ExclusionViolation, "booking_no_overlap"), (refused.SqlState, refused.ConstraintName));
    }

    [Fact]
    public async Task Of_two_sessions_that_want_a_room_at_once_one_gets_it()
    {
        var stages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new Stage(fixture).Set()));
        var elsewhere = await new Stage(fixture).Set();
        var room = await Put(elsewhere, "Salle", 10);
        var outcomes = await Task.WhenAll(stages.Select(async stage =>
        {
            var session = (await stage.Plan())[0];
            try
            {
                await Assigning(stage, session, room.Name);
                return "";
            }
            catch (RpcException refused)
            {
                return refused.Reason();
            }
        }));
        Assert.Equal(["", "DOUBLE_BOOKING_ROOM", "DOUBLE_BOOKING_ROOM", "DOUBLE_BOOKING_ROOM"], outcomes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_room_elsewhere_needs_a_convention_there_and_those_convened_are_told()
    {
        var (stage, elsewhere) = (await new Stage(fixture).Set(), await new Stage(fixture).Set(conventionEnd: new DateOnly(2026, 8, 31)));
        var room = await Put(elsewhere, "Salle", 1);
        var session = await stage.Convened();
        await Refused.With(StatusCode.FailedPrecondition, "NO_CONVENTION_IN_FORCE", () => Assigning(stage, session, room.Name));
        await Directory.Convention(fixture, elsewhere.Host, new DateOnly(2026, 8, 1), new DateOnly(2028, 1, 1));
        var answer = await Assigning(stage, session, room.Name);
        Assert.Equal((elsewhere.Host, room.Name, 1, session.StartInstant), (answer.Session.Host, answer.Session.Room, answer.Session.Sequence, answer.Session.StartInstant));
        Assert.Contains("1 places pour", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        Assert.Equal(1, (await fixture.Said(session.Name))[^1].As<SessionMoved>().Sequence);
        await Refused.With(StatusCode.FailedPrecondition, "NOTHING_CHANGES", () => Assigning(stage, answer.Session, room.Name));
        await Refused.With(StatusCode.InvalidArgument, "ROOM_UNKNOWN", () => Assigning(stage, answer.Session, $"rooms/{Guid.CreateVersion7()}"));
        var retired = room.Clone();
        retired.Retired = true;
        await Putting(elsewhere, retired);
        var planned = (await stage.Plan())[1];
        await Refused.With(StatusCode.FailedPrecondition, "ROOM_RETIRED", () => Assigning(stage, planned, room.Name));
    }

    [Fact]
    public async Task The_video_link_is_for_those_who_may_come_and_stands_nowhere_else()
    {
        var stage = await new Stage(fixture).Set();
        var frozen = await stage.Frozen();
        await Refused.With(StatusCode.FailedPrecondition, "NO_VIDEO_LINK", () => Link(stage, frozen.Name, stage.Coordinator));
        var session = (await stage.Client.ConveneSessionAsync(stage.Convening(frozen), stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session;
        var url = (await Link(stage, session.Name, Tokens.Professional(stage.Physician))).Url;
        Assert.Equal(url, (await Link(stage, session.Name, Tokens.Referent(stage.Referent, stage.Pole))).Url);
        // 27 characters of base64url: 160 bits.
        Assert.Matches("^https://visio\\.example\\.org/[A-Za-z0-9_-]{27}$", url);
        foreach (var who in new[] { Tokens.Professional("professionals/Stranger"), Tokens.Referent("professionals/R", "poles/ELSEWHERE"), Tokens.Of("auditor", "auditor@ars") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Link(stage, session.Name, who));
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Link(stage, $"sessions/{Guid.CreateVersion7()}", who));
        }

        var renewed = await fixture.Seasons.RenewVideoLinkAsync(new RenewVideoLinkRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start.AddDays(-6)));
        var another = (await Link(stage, renewed.Name, stage.Coordinator)).Url;
        Assert.NotEqual(url, another);
        Assert.DoesNotContain("visio.example.org", (await stage.Get(session.Name)).ToString(), StringComparison.Ordinal);
        Assert.Equal(0L, await fixture.Db.Read(
            tx => tx.Single<long>("select (select count(*) from outbox where position('visio.example'::bytea in payload) > 0) + (select count(*) from request_log where position('visio.example' in request_log::text) > 0)"),
            CancellationToken.None));
    }

    private static async Task<Room> Put(Stage stage, string name, int seats) => (await Putting(stage, new Room { Host = stage.Host, DisplayName = name, Seats = seats })).Room;

    private static AsyncUnaryCall<PutRoomResponse> Putting(Stage stage, Room room) => stage.Fixture.Seasons.PutRoomAsync(
        new PutRoomRequest { RequestId = Stage.NewRequest(), Room = room }, stage.AsCoordinator(Stage.Summer));

    private static async Task<Session> Assign(Stage stage, Session session, string room) => (await Assigning(stage, session, room)).Session;

    private static AsyncUnaryCall<AssignRoomResponse> Assigning(Stage stage, Session session, string room) => stage.Fixture.Seasons.AssignRoomAsync(
        new AssignRoomRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Room = room },
        stage.AsCoordinator(session.State == SessionState.Convened ? Stage.Start.AddDays(-7) : Stage.Summer));

    private static AsyncUnaryCall<GetVideoLinkResponse> Link(Stage stage, string session, ServiceDefaults.Security.DevelopmentClaims who) =>
        stage.Fixture.Seasons.GetVideoLinkAsync(new GetVideoLinkRequest { Name = session }, stage.As(who, Stage.Start.AddDays(-6)));
}

/// <summary>The seam: the region brings its own tool.</summary>
public sealed class AnotherVideoToolTests(AnotherVideoToolTests.Fixture fixture) : IClassFixture<AnotherVideoToolTests.Fixture>
{
    [Fact]
    public async Task Its_rooms_are_the_sessions_links()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var link = await fixture.Seasons.GetVideoLinkAsync(new GetVideoLinkRequest { Name = session.Name }, stage.AsCoordinator(Stage.Start));
        Assert.Equal($"https://tool.example.org/{session.Name}?from=2026-09-01T10:15", link.Url);
    }

    public sealed class Fixture : SchedulingFixture
    {
        protected override void Configure(IWebHostBuilder builder)
        {
            base.Configure(builder);
            builder.ConfigureTestServices(services => services.AddSingleton<IVideoRooms, Tool>());
        }
    }

    private sealed class Tool : IVideoRooms
    {
        public Task<Uri> Open(string session, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellation) =>
            Task.FromResult(new Uri($"https://tool.example.org/{session}?from={start.UtcDateTime:yyyy-MM-ddTHH:mm}"));
    }
}
