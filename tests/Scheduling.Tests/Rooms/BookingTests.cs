using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Scheduling.Tests.Rooms;

/// <summary>S6 where the code is gone round, or comes twice at once: what a session says it takes is booked, and no room is promised twice.</summary>
public sealed class BookingTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    public static TheoryData<string, string> Lies => new()
    {
        { "update session set facilitator = 'professionals/Z' where id = @id", "session_holds_its_facilitator" },
        { "update session set expert = 'professionals/Z' where id = @id", "session_holds_its_expert" },
        { "update session set host = 'organisations/Z' where id = @id", "session_holds_its_place" },
        { "update session set room = (select id from room limit 1) where id = @id", "session_holds_its_place" },
        { "update session set start_instant = start_instant - interval '1 minute' where id = @id", "session_holds_its_" },
        { "delete from booking where session_id = @id and resource = (select facilitator from session where id = @id)", "session_holds_its_facilitator" },
        { "delete from booking where session_id = @id and resource = (select expert from session where id = @id)", "session_holds_its_expert" },
        { "delete from booking where session_id = @id and resource = (select host from session where id = @id)", "session_holds_its_place" },
        { "update booking set during = tstzrange(lower(during), upper(during) - interval '1 minute') where session_id = @id", "session_holds_its_" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_session_names_nobody_and_no_place_that_it_has_not_booked(string lie, string constraint)
    {
        var stage = await new Stage(fixture).Set();
        await Put(await new Stage(fixture).Set(), "Ailleurs");
        var session = await stage.Convened();
        var id = Guid.Parse(session.Name.Split('/')[1]);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.InTransaction(tx => tx.Execute(lie, new { id }), CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refused.SqlState);
        Assert.StartsWith(constraint, refused.ConstraintName, StringComparison.Ordinal);
        Assert.Equal(session, await stage.Get(session.Name));
    }

    [Fact]
    public async Task The_only_room_of_a_host_is_that_of_the_session_that_has_none_yet()
    {
        var (one, two) = await AtOneHost();
        var room = await Put(one, "Seule");
        var first = (await one.Plan())[0];
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_ROOM", () => Planning(two));
        // From elsewhere, the same room at the same hour.
        var third = await new Stage(fixture).Set();
        var visitor = (await third.Plan())[0];
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_ROOM", () => Assigning(third, visitor, room));
        Assert.Equal(room, (await Assigning(one, first, room)).Session.Room);
    }

    [Fact]
    public async Task A_host_with_two_rooms_has_one_left_until_both_are_given()
    {
        var (one, two) = await AtOneHost();
        var (large, small) = (await Put(one, "Grande"), await Put(one, "Petite"));
        foreach (var session in await one.Plan())
        {
            await Assigning(one, session, large);
        }

        var second = (await Planning(two)).Sessions[0];
        var third = await new Stage(fixture).Set();
        var visitor = (await third.Plan())[0];
        await Refused.With(StatusCode.FailedPrecondition, "DOUBLE_BOOKING_ROOM", () => Assigning(third, visitor, small));
        Assert.Equal(small, (await Assigning(two, second, small)).Session.Room);
    }

    [Fact]
    public async Task Who_takes_the_last_room_and_who_plans_without_one_at_once_do_not_both_get_it()
    {
        for (var round = 0; round < 5; round++)
        {
            var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
            var room = await Put(two, "Seule");
            var session = (await one.Plan())[0];
            var outcomes = await Task.WhenAll(Outcome(() => Planning(two)), Outcome(() => Assigning(one, session, room)));
            Assert.Equal(["", "DOUBLE_BOOKING_ROOM"], outcomes.Order(StringComparer.Ordinal));
        }
    }

    /// <summary>The one way out is the room that is really free.</summary>
    [Fact]
    public async Task A_repair_does_not_offer_the_last_room_of_a_session_that_has_none_yet()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        await Put(stage, "Sienne");
        var other = await new Stage(fixture).Set();
        var promised = await Put(other, "Promise");
        await other.Plan();
        var ways = (await fixture.Client<PlanningService.PlanningServiceClient>().ProposeRepairAsync(
            new ProposeRepairRequest { Name = session.Name, Incident = ProposeRepairRequest.Types.Incident.RoomLost }, stage.AsCoordinator(Stage.Start.AddDays(-6)))).Alternatives;
        Assert.Contains(ways, w => w.Steps.Any(s => s.Verb == "AssignRoom"));
        Assert.DoesNotContain(ways, w => w.Steps.Any(s => s.Room == promised));
    }

    private static async Task<string> Outcome<T>(Func<AsyncUnaryCall<T>> call)
    {
        try
        {
            await call();
            return "";
        }
        catch (RpcException refused)
        {
            return refused.Reason() ?? "";
        }
    }

    private async Task<(Stage One, Stage Two)> AtOneHost()
    {
        var (one, two) = (await new Stage(fixture).Set(), await new Stage(fixture).Set());
        await Directory.Say(fixture, two.Pole, new PoleChanged { Pole = Directory.Pole(two.Pole, one.Host, two.Referent) });
        return (one, two);
    }

    private static AsyncUnaryCall<PlanSeasonResponse> Planning(Stage stage) => stage.Client.PlanSeasonAsync(
        new PlanSeasonRequest
        {
            RequestId = Stage.NewRequest(), Pole = stage.Pole, FirstDate = new Google.Type.Date { Year = 2026, Month = 9, Day = 1 }, LastDate = new Google.Type.Date { Year = 2026, Month = 12, Day = 31 },
        },
        stage.AsCoordinator(Stage.Summer));

    private async Task<string> Put(Stage stage, string name) => (await fixture.Seasons.PutRoomAsync(
        new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new Room { Host = stage.Host, DisplayName = name, Seats = 12 } }, stage.AsCoordinator(Stage.Summer))).Room.Name;

    private AsyncUnaryCall<AssignRoomResponse> Assigning(Stage stage, Session session, string room) => fixture.Seasons.AssignRoomAsync(
        new AssignRoomRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Room = room }, stage.AsCoordinator(Stage.Summer));
}
