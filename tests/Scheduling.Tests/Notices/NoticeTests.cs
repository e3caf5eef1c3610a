using System.Net;
using System.Xml.Linq;
using Grpc.Core;
using Intervision.Scheduling.Notices;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Scheduling.Tests.Notices;

/// <summary>The public list. Its clock is the real one: sessions are planned far ahead.</summary>
public sealed class NoticeTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    private HttpClient Browser => ((TestServer)fixture.Services.GetRequiredService<IServer>()).CreateClient();

    [Fact]
    public async Task A_published_session_is_on_page_and_feed_with_those_who_agreed_and_no_case()
    {
        var (stage, session) = await Planned();
        Assert.DoesNotContain(Id(session), await Page(), StringComparison.Ordinal);
        await Publish(stage, session, "CSAPA <b>Lille</b>, 1er étage");
        await Announce(stage, session, stage.Physician, "Dr Anne L'Hermite");
        await Announce(stage, session, stage.Pharmacist, "Jean-Luc Béart");

        var page = await Page();
        Assert.Contains("CSAPA &lt;b&gt;Lille&lt;/b&gt;, 1er étage", page, StringComparison.Ordinal);
        Assert.Contains("à 12 h 15", page, StringComparison.Ordinal);
        Assert.Contains("Dr Anne L&#x27;Hermite, Jean-Luc Béart", page, StringComparison.Ordinal);
        var feed = XDocument.Parse(await Browser.GetStringAsync(new Uri("/seances.atom", UriKind.Relative)));
        var entry = feed.Root!.Elements(Atom + "entry").Single(e => e.Element(Atom + "id")!.Value == $"urn:uuid:{Id(session)}");
        Assert.Contains("Jean-Luc Béart", entry.Element(Atom + "content")!.Value, StringComparison.Ordinal);
        foreach (var text in new[] { page, feed.ToString() })
        {
            Assert.DoesNotContain("SIT-", text, StringComparison.Ordinal);
            Assert.DoesNotContain("situations", text.Replace("Aucune situation", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(stage.Physician, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_changes_by_what_the_public_sees_only()
    {
        var (stage, session) = await Planned();
        await Publish(stage, session);
        await Announce(stage, session, stage.Physician, "Anne Prévenue");
        var before = await Updated(session);
        await stage.Ready(9);
        await stage.Place(Stage.Summer.AddHours(1));
        Assert.Equal(before, await Updated(session));
        session = await stage.Get(session.Name);
        await fixture.Seasons.MoveSessionAsync(
            new MoveSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Date = session.Date.ToDate()!.Value.AddDays(1).ToProto() }, stage.AsCoordinator(Stage.Summer.AddHours(2)));
        Assert.Equal(Stage.Summer.AddHours(2), await Updated(session));
        session = await stage.Get(session.Name);
        await fixture.Seasons.CancelSessionAsync(
            new CancelSessionRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Reason = CancelSessionRequest.Types.Reason.RoomLost }, stage.AsCoordinator(Stage.Summer.AddHours(3)));
        Assert.Contains("(annulée)", (await Page()).Split(Id(session))[1].Split("</h2>")[0], StringComparison.Ordinal);
        Assert.DoesNotContain("Anne Prévenue", await Page(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_deleted_when_its_bearer_wishes_and_all_when_the_notice_goes()
    {
        var (stage, session) = await Planned();
        await Publish(stage, session);
        await Announce(stage, session, stage.Physician, "Anne Anonyme");
        await Announce(stage, session, stage.Requester, "Jean Parti");
        await fixture.Client<NoticeService.NoticeServiceClient>().WithdrawAnnouncementAsync(
            new WithdrawAnnouncementRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.As(Tokens.Professional(stage.Requester), Stage.Summer));
        var page = await Page();
        Assert.Contains("Anne Anonyme", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Jean Parti", page, StringComparison.Ordinal);
        await Client.WithdrawNoticeAsync(new WithdrawNoticeRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.AsCoordinator(Stage.Summer));
        Assert.DoesNotContain("Anne Anonyme", await Page(), StringComparison.Ordinal);
        Assert.Equal(0L, await fixture.Db.Read(tx => tx.Single<long>("select count(*) from announcement where session_id = @id", new { id = Guid.Parse(Id(session)) }), CancellationToken.None));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Announcing(stage, session, stage.Physician, "Anne Anonyme"));
    }

    [Fact]
    public async Task Nobody_is_named_by_another_nor_without_being_known_nor_where_nothing_is_published()
    {
        var (stage, session) = await Planned();
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Announcing(stage, session, stage.Physician, "Anne"));
        await Publish(stage, session);
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Announcing(stage, session, "professionals/Nobody", "Anne"));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.AnnounceMyselfAsync(
            new AnnounceMyselfRequest { RequestId = Stage.NewRequest(), Name = $"sessions/{Guid.CreateVersion7()}", DisplayName = "Anne" }, stage.As(Tokens.Professional(stage.Physician), Stage.Summer)));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.AnnounceMyselfAsync(
            new AnnounceMyselfRequest { RequestId = Stage.NewRequest(), Name = session.Name, DisplayName = "Anne" }, stage.AsCoordinator(Stage.Summer)));
    }

    [Theory]
    [InlineData("Anne", true)]
    [InlineData("Élise de l’Épine-Noire", true)]
    [InlineData("A", false)]
    [InlineData("", false)]
    [InlineData("SIT-7F3K-92QD", false)]
    [InlineData("Anne 0612345678", false)]
    [InlineData("Anne\nBis", false)]
    [InlineData("<script>", false)]
    public void A_name_is_a_name(string text, bool fits) => Assert.Equal(fits, AnnounceMyself.IsName(text));

    [Theory]
    [InlineData("Chez SIT-7F3K-92QD", "CASE_CODE_IN_NOTICE")]
    [InlineData("Deux\nlignes", "PLACE_INVALID")]
    public async Task A_place_is_one_line_without_a_case(string place, string reason)
    {
        var (stage, session) = await Planned();
        await Refused.With(StatusCode.InvalidArgument, reason, () => Publishing(stage, session, place));
    }

    [Fact]
    public async Task Said_twice_it_is_one_notice_and_other_payloads_and_people_are_refused()
    {
        var (stage, session) = await Planned();
        var request = new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = session.Name, Place = "Ici" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await Client.PublishNoticeAsync(request, stage.AsCoordinator(Stage.Summer))));
        Assert.Single(answers.Distinct());
        var other = request.Clone();
        other.Place = "Là";
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Client.PublishNoticeAsync(other, stage.AsCoordinator(Stage.Summer)));
        foreach (var who in new DevelopmentClaims[] { Tokens.Professional(stage.Physician), Tokens.HostCoordinator("host@elsewhere", "poles/ELSEWHERE"), Tokens.Of(Roles.Auditor, "auditor@ars") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.PublishNoticeAsync(
                new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = session.Name }, stage.As(who, Stage.Summer)));
        }
    }

    [Fact]
    public async Task The_page_is_French_needs_nothing_else_and_is_for_reading()
    {
        using var answer = await Browser.GetAsync(new Uri("/seances", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<html lang=\"fr\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        using var post = await Browser.PostAsync(new Uri("/seances", UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    private NoticeService.NoticeServiceClient Client => fixture.Client<NoticeService.NoticeServiceClient>();

    /// <summary>Sessions of 2090: still to come whenever this runs.</summary>
    private async Task<(Stage Stage, Session Session)> Planned()
    {
        var stage = await new Stage(fixture).Set(conventionEnd: new DateOnly(2091, 1, 1));
        var season = await stage.Client.PlanSeasonAsync(
            new PlanSeasonRequest { RequestId = Stage.NewRequest(), Pole = stage.Pole, FirstDate = new DateOnly(2090, 9, 1).ToProto(), LastDate = new DateOnly(2090, 9, 30).ToProto() },
            stage.AsCoordinator(Stage.Summer));
        return (stage, season.Sessions[0]);
    }

    private static string Id(Session session) => session.Name["sessions/".Length..];

    private Task<string> Page() => Browser.GetStringAsync(new Uri("/seances", UriKind.Relative));

    private async Task<DateTimeOffset> Updated(Session session)
    {
        var feed = XDocument.Parse(await Browser.GetStringAsync(new Uri("/seances.atom", UriKind.Relative)));
        return (DateTimeOffset)feed.Root!.Elements(Atom + "entry").Single(e => e.Element(Atom + "id")!.Value == $"urn:uuid:{Id(session)}").Element(Atom + "updated")!;
    }

    private async Task Publish(Stage stage, Session session, string place = "") => await Publishing(stage, session, place);

    private AsyncUnaryCall<PublishNoticeResponse> Publishing(Stage stage, Session session, string place) => Client.PublishNoticeAsync(
        new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = session.Name, Place = place }, stage.As(Tokens.HostCoordinator("host@pole", stage.Pole), Stage.Summer));

    private async Task Announce(Stage stage, Session session, string who, string name) => await Announcing(stage, session, who, name);

    private AsyncUnaryCall<AnnounceMyselfResponse> Announcing(Stage stage, Session session, string who, string name) => Client.AnnounceMyselfAsync(
        new AnnounceMyselfRequest { RequestId = Stage.NewRequest(), Name = session.Name, DisplayName = name }, stage.As(Tokens.Professional(who), Stage.Summer));
}
