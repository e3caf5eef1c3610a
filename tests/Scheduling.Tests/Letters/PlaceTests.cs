using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.Tests.Ics;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Letters;

/// <summary>People know where to go, and those convened are told again when that, or the date, changes.</summary>
public sealed class PlaceTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Theory]
    [InlineData(Modality.InPerson, "Salle 2", "CSAPA du Littoral", "Salle 2, CSAPA du Littoral")]
    [InlineData(Modality.InPerson, "", "CSAPA du Littoral", "CSAPA du Littoral")]
    [InlineData(Modality.InPerson, "Salle 2", "", "Salle 2")]
    [InlineData(Modality.InPerson, "", "", "")]
    [InlineData(Modality.Hybrid, "Salle 2", "CSAPA", "Salle 2, CSAPA (ou visioconférence)")]
    [InlineData(Modality.Hybrid, "", "", "Sur place ou en visioconférence")]
    [InlineData(Modality.Video, "", "CSAPA", "Visioconférence")]
    [InlineData(Modality.InPerson, " Salle\u0007 2\r\n", "CSAPA", "Salle 2, CSAPA")]
    public void A_place_is_a_room_a_structure_and_whether_one_may_come_by_video(Modality modality, string room, string host, string expected) =>
        Assert.Equal(expected, Places.Words(modality, room, host));

    [Fact]
    public async Task Another_room_updates_the_invitation_of_everybody_convened()
    {
        var stage = await new Stage(fixture).Set();
        await Directory.Say(fixture, stage.Host, new OrganisationChanged { Organisation = new Organisation { Name = stage.Host, DisplayName = "CSAPA du Littoral" } });
        var session = await stage.Convened();
        var invited = await Mails.Of(stage);
        Assert.All(await Locations(invited), place => Assert.Equal("CSAPA du Littoral (ou visioconférence)", place));

        await Assign(stage, session, await Room(stage, "Salle 2, au fond"));
        var updated = (await Mails.Of(stage)).Skip(invited.Count).ToList();
        MustUpdate(invited, updated, 1);
        Assert.All(await Locations(updated), place => Assert.Equal("Salle 2, au fond, CSAPA du Littoral (ou visioconférence)", place));
        Assert.All(updated, m => Assert.StartsWith("Changement de lieu : ", m.Subject, StringComparison.Ordinal));
        Assert.All(updated, m => Assert.Contains("Lieu : Salle 2, au fond, CSAPA du Littoral (ou visioconférence).", m.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_date_updates_it_and_a_cancellation_takes_it_out()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var invited = await Mails.Of(stage);
        session = (await fixture.Seasons.MoveSessionAsync(
            new MoveSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Date = new DateOnly(2026, 9, 10).ToProto() }, stage.AsCoordinator(Stage.Start.AddDays(-6)))).Session;
        var moved = (await Mails.Of(stage)).Skip(invited.Count).ToList();
        MustUpdate(invited, moved, 1);
        Assert.All(moved, m => Assert.StartsWith("Déplacée : ", m.Subject, StringComparison.Ordinal));

        await fixture.Seasons.CancelSessionAsync(
            new CancelSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Reason = CancelSessionRequest.Types.Reason.RoomLost }, stage.AsCoordinator(Stage.Start.AddDays(-5)));
        var cancelled = (await Mails.Of(stage)).Skip(2 * invited.Count).ToList();
        Assert.All(cancelled, m => Assert.Equal("CANCEL", m.Method));
        MustUpdate(invited, cancelled, 2);
    }

    [Fact]
    public async Task A_calendar_one_subscribes_to_says_the_place_too_and_the_link_stands_in_none()
    {
        var stage = await new Stage(fixture).Set();
        await Assign(stage, await stage.Convened(), await Room(stage, "Salle bleue"));
        var client = fixture.Client<InvitationService.InvitationServiceClient>();
        var path = (await client.CreateCalendarFeedAsync(new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Pole = stage.Pole }, stage.AsCoordinator(Stage.Summer))).Path;
        var text = System.Text.Encoding.UTF8.GetString((await fixture.Db.Read(
            tx => Scheduling.Feeds.FeedCalendar.Read(tx, path.Split('/')[^1][..^".ics".Length], Stage.Start), CancellationToken.None))!);
        Assert.Contains((await OtherParser.Read(text))[0].Events, e => e.Location == "Salle bleue (ou visioconférence)");
        var link = await fixture.Db.Read(
            tx => tx.Single<string>("select v.url from video_link v join session s on s.id = v.session_id where s.pole = @Pole", new { stage.Pole }), CancellationToken.None);
        Assert.DoesNotContain(link, text.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.All(await Mails.Of(stage), m => Assert.DoesNotContain(link, m.Body + m.Calendar!.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_room_is_not_named_after_a_case()
    {
        var stage = await new Stage(fixture).Set();
        await Refused.With(StatusCode.InvalidArgument, "CASE_CODE_IN_TEXT", () => Putting(stage, "Salle sit-7f3k-92qd"));
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Db.InTransaction(
            tx => tx.Execute(
                "insert into room (id, host, display_name, seats, accessible, retired, version, change_time) values (gen_random_uuid(), 'organisations/1', 'SIT-7F3K', 1, false, false, 1, now())"),
            CancellationToken.None));
        Assert.Equal("room_names_no_case", refused.ConstraintName);
    }

    [Fact]
    public async Task Who_registered_or_waits_is_told_of_another_place_another_date_and_the_end()
    {
        var (stage, session, people) = await Registered(seats: 1);
        var room = await Room(stage, "Petite salle", 1);
        session = await Assign(stage, session, room);
        session = (await fixture.Seasons.MoveSessionAsync(
            new MoveSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Date = new DateOnly(2026, 9, 10).ToProto() }, stage.AsCoordinator(Stage.Summer))).Session;
        await fixture.Seasons.CancelSessionAsync(
            new CancelSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Reason = CancelSessionRequest.Types.Reason.RoomLost }, stage.AsCoordinator(Stage.Summer));
        foreach (var person in people)
        {
            var mails = await Mails.To(fixture, stage.MailboxOf(person));
            Assert.Equal(["Changement de lieu", "Déplacée", "Annulée"], mails.Select(m => m.Subject.Split(" :")[0]));
            Assert.All(mails, m => Assert.Null(m.Calendar));
        }
    }

    [Fact]
    public async Task Who_waited_is_told_at_once_of_the_seat_and_nobody_else_is()
    {
        var (stage, session, people) = await Registered(seats: 1);
        await fixture.Client<NoticeService.NoticeServiceClient>().CancelRegistrationAsync(
            new CancelRegistrationRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.As(Tokens.Professional(people[0]), Stage.Summer));
        var mail = Assert.Single(await Mails.To(fixture, [.. people.Select(stage.MailboxOf)]));
        Assert.Equal((stage.MailboxOf(people[1]), null), (mail.Recipient, mail.Calendar));
        Assert.StartsWith("Une place pour vous : Intervision", mail.Subject, StringComparison.Ordinal);
        Assert.Contains("vous êtes inscrit(e)", mail.Body, StringComparison.Ordinal);
    }

    /// <summary>An update keeps each person's UID and raises the sequence.</summary>
    private static void MustUpdate(IReadOnlyList<QueuedMail> invited, IReadOnlyList<QueuedMail> updates, int sequence)
    {
        Assert.Equal(4, updates.Count);
        Assert.Equal(
            invited.Select(m => (m.Recipient, m.Event.First("UID")!.Value, $"{sequence}")).Order(),
            updates.Select(m => (m.Recipient, m.Event.First("UID")!.Value, m.Event.First("SEQUENCE")!.Value)).Order());
    }

    private static async Task<IEnumerable<string?>> Locations(IReadOnlyList<QueuedMail> mails) =>
        (await OtherParser.Read(string.Concat(mails.Select(m => m.Calendar)))).Select(c => Assert.Single(c.Events).Location);

    /// <summary>A session in a room, and two people who want to come.</summary>
    private async Task<(Stage Stage, Session Session, IReadOnlyList<string> People)> Registered(int seats)
    {
        var stage = await new Stage(fixture).Set(Directory.Precarite);
        var session = await Assign(stage, (await stage.Plan())[0], await Room(stage, "Salle", seats));
        string[] people = [$"{stage.Referent}-1", $"{stage.Referent}-2"];
        foreach (var person in people)
        {
            await Directory.Person(fixture, person, mailbox: stage.MailboxOf(person), activities: Directory.Activity("organisations/LIBERAL", Mode.Liberal));
            await fixture.Client<NoticeService.NoticeServiceClient>().RegisterAsync(
                new RegisterRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.As(Tokens.Professional(person), Stage.Summer));
        }

        return (stage, session, people);
    }

    private async Task<string> Room(Stage stage, string name, int seats = 20) => (await Putting(stage, name, seats)).Room.Name;

    private AsyncUnaryCall<PutRoomResponse> Putting(Stage stage, string name, int seats = 20) => fixture.Seasons.PutRoomAsync(
        new PutRoomRequest { RequestId = Stage.NewRequest(), Room = new V1.Room { Host = stage.Host, DisplayName = name, Seats = seats } }, stage.AsCoordinator(Stage.Summer));

    private async Task<Session> Assign(Stage stage, Session session, string room) => (await fixture.Seasons.AssignRoomAsync(
        new AssignRoomRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Room = room }, stage.AsCoordinator(session.State == SessionState.Convened ? Stage.Start.AddDays(-6) : Stage.Summer))).Session;
}
