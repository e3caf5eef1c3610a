using System.Net;
using System.Text;
using Grpc.Core;
using Intervision.Scheduling.Feeds;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Tests.Ics;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Scheduling.Tests.Feeds;

/// <summary>Calendars to subscribe to.</summary>
public sealed class FeedTests(FeedTests.Served fixture) : IClassFixture<FeedTests.Served>
{
    private InvitationService.InvitationServiceClient Client => fixture.Client<InvitationService.InvitationServiceClient>();

    [Fact]
    public async Task A_person_s_calendar_shows_the_sessions_one_is_convened_to_and_a_pole_s_all_of_its_own()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var (mine, pole) = (await Create(stage.Requester), await CreateOfPole(stage));
        var (own, all) = (await Read(mine.Path, Stage.Start), await Read(pole.Path, Stage.Start));
        Assert.Equal(("PUBLISH", "PUBLISH"), (own.Method, all.Method));
        var one = Assert.Single(own.Events);
        Assert.Equal(
            ($"{session.Name["sessions/".Length..]}@intervision", Stage.Start, Stage.Start.AddMinutes(60), "CONFIRMED", "PRIVATE", $"Intervision – pôle {stage.Pole}"),
            (one.Uid, one.Start, one.End, one.Status, one.Class, one.Summary));
        Assert.Equal(["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "CLASS", "STATUS", "TRANSP"], one.Properties.Select(p => p.ToUpperInvariant()));
        Assert.Equal(4, all.Events.Count);
        Assert.Equal(["CONFIRMED", "TENTATIVE", "TENTATIVE", "TENTATIVE"], all.Events.Select(e => e.Status));
    }

    [Fact]
    public async Task A_calendar_shows_half_a_year_back_and_a_year_ahead_and_what_was_cancelled_as_such()
    {
        var stage = await new Stage(fixture).Set();
        var sessions = await stage.Plan();
        await stage.Client.FreezeAgendaAsync(
            new FreezeAgendaRequest { RequestId = Stage.NewRequest(), Name = sessions[0].Name, Etag = sessions[0].Etag }, stage.AsCoordinator(Stage.Start.AddDays(-10)));
        var pole = await CreateOfPole(stage);
        var seen = (await Read(pole.Path, Stage.Start)).Events;
        Assert.Equal((4, "CANCELLED", 1), (seen.Count, seen[0].Status, seen[0].Sequence));
        Assert.Equal(4, (await Read(pole.Path, new DateTimeOffset(2027, 2, 28, 12, 0, 0, TimeSpan.Zero))).Events.Count);
        Assert.Equal(3, (await Read(pole.Path, new DateTimeOffset(2027, 3, 2, 12, 0, 0, TimeSpan.Zero))).Events.Count);
        Assert.Single((await Read(pole.Path, new DateTimeOffset(2025, 9, 1, 12, 0, 0, TimeSpan.Zero))).Events);
        Assert.Empty((await Read(pole.Path, new DateTimeOffset(2025, 8, 31, 12, 0, 0, TimeSpan.Zero))).Events);
    }

    [Fact]
    public async Task It_is_sent_again_only_when_it_has_changed()
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.Plan(new DateOnly(2026, 9, 30)))[0];
        var feed = await CreateOfPole(stage);
        await Shift(session, TimeProvider.System.GetUtcNow().AddDays(7));
        using var first = await fixture.Browser.GetAsync(Uri(feed.Path));
        Assert.Equal((HttpStatusCode.OK, "text/calendar; charset=utf-8", "no-cache, private"), (first.StatusCode, first.Content.Headers.ContentType!.ToString(), first.Headers.CacheControl!.ToString()));
        var etag = first.Headers.ETag!.ToString();
        Assert.Contains(session.Name["sessions/".Length..], await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var (known, expected) in new[]
        {
            (etag, HttpStatusCode.NotModified), ($"W/{etag}", HttpStatusCode.NotModified), ($"\"other\", {etag}", HttpStatusCode.NotModified), ("*", HttpStatusCode.NotModified),
            ("\"other\"", HttpStatusCode.OK), ("nonsense", HttpStatusCode.OK), ("", HttpStatusCode.OK),
        })
        {
            using var again = await Get(feed.Path, known);
            Assert.Equal((expected, etag), (again.StatusCode, again.Headers.ETag!.ToString()));
        }

        await Shift(session, TimeProvider.System.GetUtcNow().AddDays(8));
        using var changed = await Get(feed.Path, etag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(etag, changed.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Revoked_unknown_and_impossible_addresses_look_the_same()
    {
        var stage = await new Stage(fixture).Set();
        var (feed, spare) = (await Create(stage.Requester), await Create(stage.Requester));
        var headers = Tokens.As(Tokens.Professional(stage.Requester), Stage.Start);
        var revocation = new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = feed.Feed.Name };
        var revoked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client.RevokeCalendarFeedAsync(revocation, headers).ResponseAsync));
        Assert.Single(revoked.Distinct());
        Assert.NotNull(revoked[0].Feed.RevokeTime);
        Assert.Equal(revoked[0], await Client.RevokeCalendarFeedAsync(new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = feed.Feed.Name }, Tokens.As(Tokens.Professional(stage.Requester), Stage.Start.AddDays(1))));
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Client.RevokeCalendarFeedAsync(
            new RevokeCalendarFeedRequest(revocation) { Name = spare.Feed.Name }, headers));
        var answers = new List<(HttpStatusCode, string, string)>();
        foreach (var path in new[]
        {
            feed.Path, FeedEndpoint.PathOf(FeedToken.New()), FeedEndpoint.PathOf("x"), FeedEndpoint.PathOf(new string('a', 2000)), FeedEndpoint.PathOf("..%2F.."),
            spare.Path.ToUpperInvariant(),
        })
        {
            using var answer = await fixture.Browser.GetAsync(Uri(path));
            answers.Add((answer.StatusCode, await answer.Content.ReadAsStringAsync(), string.Join('|', answer.Headers.Select(h => $"{h.Key}={string.Join(',', h.Value)}"))));
        }

        Assert.Single(answers.Distinct());
        Assert.Equal((HttpStatusCode.NotFound, ""), (answers[0].Item1, answers[0].Item2));
        using var other = await fixture.Browser.GetAsync(Uri(spare.Path));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Its_head_can_be_asked_for_nothing_sent_to_it_and_nothing_read_over_the_grpc_endpoint()
    {
        var stage = await new Stage(fixture).Set();
        var feed = await CreateOfPole(stage);
        using var head = await fixture.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, feed.Path));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        using var post = await fixture.Browser.PostAsync(Uri(feed.Path), content: null);
        Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
        using var two = await fixture.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Get, feed.Path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact });
        Assert.Equal(HttpStatusCode.NotFound, two.StatusCode);
    }

    [Fact]
    public async Task The_address_is_said_once_and_kept_nowhere()
    {
        var stage = await new Stage(fixture).Set();
        var request = new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Professional = stage.Requester };
        var headers = Tokens.As(Tokens.Professional(stage.Requester), Stage.Start);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client.CreateCalendarFeedAsync(request, headers).ResponseAsync));
        Assert.Single(all.Select(a => a.Feed).Distinct());
        var path = Assert.Single(all.Select(a => a.Path), p => p.Length > 0);
        Assert.Matches("^/calendriers/[A-Za-z0-9_-]{27}\\.ics$", path);
        Assert.Empty((await Client.CreateCalendarFeedAsync(request, headers)).Path);
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Client.CreateCalendarFeedAsync(
            new CreateCalendarFeedRequest(request) { Professional = "", Pole = stage.Pole }, headers));
        var token = path.Split('/')[2][..27];
        var everything = await fixture.Db.Read(
            tx => tx.Single<string>(
                """
                select (select string_agg(f::text, '') from calendar_feed f) || (select string_agg(encode(r.response, 'escape') || encode(r.payload_hash, 'hex'), '') from request_log r where r.response is not null)
                """),
            CancellationToken.None);
        Assert.DoesNotContain(token, everything, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(FeedToken.HashOf(token)), everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_at_a_time_however_many_ask_at_once()
    {
        var stage = await new Stage(fixture).Set();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 14).Select(async _ =>
        {
            try
            {
                return (await Create(stage.Physician)).Feed.Name;
            }
            catch (RpcException refused)
            {
                return ServiceDefaults.Grpc.RichStatus.Reason(refused) ?? "";
            }
        }));
        Assert.Equal((10, 4), (outcomes.Count(o => o.StartsWith("calendarFeeds/", StringComparison.Ordinal)), outcomes.Count(o => o == "TOO_MANY_FEEDS")));
        var headers = Tokens.As(Tokens.Professional(stage.Physician), Stage.Start);
        await Client.RevokeCalendarFeedAsync(new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = outcomes.First(o => o[0] == 'c') }, headers);
        await Create(stage.Physician);
        var (names, token) = (new List<string>(), "");
        do
        {
            var page = await Client.ListCalendarFeedsAsync(new ListCalendarFeedsRequest { Professional = stage.Physician, PageSize = 4, PageToken = token }, headers);
            names.AddRange(page.Feeds.Select(f => f.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal((11, 11), (names.Count, names.Distinct().Count()));
        Assert.Equal(names.OrderDescending(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Another_s_calendar_is_made_listed_and_revoked_by_nobody_who_may_not()
    {
        var stage = await new Stage(fixture).Set();
        var (mine, pole) = (await Create(stage.Requester), await CreateOfPole(stage));
        foreach (var who in new[]
        {
            Tokens.Professional("professionals/Stranger"), Tokens.Referent("professionals/E", "poles/E"), Tokens.HostCoordinator("h", "poles/E"),
            new("pole-without-role", [Roles.Professional]) { Poles = [stage.Pole] }, Tokens.Service("intake"), Tokens.Cpts("organisations/C"), Tokens.Of(Roles.Auditor, "a"),
        })
        {
            var headers = Tokens.As(who, Stage.Start);
            foreach (var (professional, of) in new[] { (stage.Requester, ""), ("", stage.Pole), ("professionals/Nobody", ""), ("", "poles/NOWHERE"), (who.Subject.Contains('/', StringComparison.Ordinal) ? "professionals/Other" : who.Subject, "") })
            {
                await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.CreateCalendarFeedAsync(
                    new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Professional = professional, Pole = of }, headers));
                await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.ListCalendarFeedsAsync(new ListCalendarFeedsRequest { Professional = professional, Pole = of }, headers));
            }

            foreach (var name in new[] { mine.Feed.Name, pole.Feed.Name, $"calendarFeeds/{Guid.CreateVersion7()}", "nonsense" })
            {
                await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.RevokeCalendarFeedAsync(new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = name }, headers));
            }
        }

        // The region does not read over somebody's shoulder, but takes a lost address out of the world.
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Client.CreateCalendarFeedAsync(
            new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Professional = stage.Requester }, stage.AsCoordinator(Stage.Start)));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Client.RevokeCalendarFeedAsync(
            new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = $"calendarFeeds/{Guid.CreateVersion7()}" }, stage.AsCoordinator(Stage.Start)));
        Assert.NotNull((await Client.RevokeCalendarFeedAsync(new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = mine.Feed.Name }, stage.AsCoordinator(Stage.Start))).Feed.RevokeTime);
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Client.RevokeCalendarFeedAsync(
            new RevokeCalendarFeedRequest { RequestId = Stage.NewRequest(), Name = pole.Feed.Name }, stage.AsCoordinator(Stage.Start.AddDays(-1))));
    }

    [Fact]
    public async Task A_calendar_is_of_one_person_or_one_known_pole()
    {
        var stage = await new Stage(fixture).Set();
        foreach (var (professional, pole) in new[] { ("", ""), (stage.Requester, stage.Pole) })
        {
            await Refused.With(StatusCode.InvalidArgument, "FEED_OWNER_INVALID", () => Client.CreateCalendarFeedAsync(
                new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Professional = professional, Pole = pole }, stage.AsCoordinator(Stage.Start)));
        }

        await Refused.With(StatusCode.FailedPrecondition, "UNKNOWN_POLE", () => Client.CreateCalendarFeedAsync(
            new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Pole = "poles/NOWHERE" }, stage.AsCoordinator(Stage.Start)));
    }

    [Fact]
    public async Task Without_its_database_it_asks_to_come_back_later()
    {
        var feed = await CreateOfPole(await new Stage(fixture).Set());
        await fixture.AsOwner("alter table calendar_feed rename to calendar_feed_away");
        try
        {
            using var away = await fixture.Browser.GetAsync(Uri(feed.Path));
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (away.StatusCode, away.Headers.RetryAfter is not null));
        }
        finally
        {
            await fixture.AsOwner("alter table calendar_feed_away rename to calendar_feed");
        }
    }

    private Task<CreateCalendarFeedResponse> Create(string professional) => Client.CreateCalendarFeedAsync(
        new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Professional = professional }, Tokens.As(Tokens.Professional(professional), Stage.Start)).ResponseAsync;

    private Task<CreateCalendarFeedResponse> CreateOfPole(Stage stage) => Client.CreateCalendarFeedAsync(
        new CreateCalendarFeedRequest { RequestId = Stage.NewRequest(), Pole = stage.Pole }, Tokens.As(Tokens.HostCoordinator("host@pole", stage.Pole), Stage.Start)).ResponseAsync;

    private async Task<OtherParser.Calendar> Read(string path, DateTimeOffset now)
    {
        var bytes = await fixture.Db.Read(tx => FeedCalendar.Read(tx, path.Split('/')[2][..^4], now), CancellationToken.None);
        return Assert.Single(await OtherParser.Read(Encoding.UTF8.GetString(bytes!)));
    }

    private Task<HttpResponseMessage> Get(string path, string known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", known);
        return fixture.Browser.SendAsync(request);
    }

    /// <summary>The window follows the clock on the wall.</summary>
    private Task Shift(Session session, DateTimeOffset to) => fixture.Db.InTransaction(
        tx => tx.Execute(
            "update session set date = @date, start_instant = @to, end_instant = @end, version = version + 1 where id = @id; update booking set during = tstzrange(@to, @end) where session_id = @id",
            new { date = DateOnly.FromDateTime(to.UtcDateTime), to, end = to.AddHours(1), id = Guid.Parse(session.Name["sessions/".Length..]) }),
        CancellationToken.None);

    private static Uri Uri(string path) => new(path, UriKind.Relative);

    /// <summary>With a browser on the http endpoint.</summary>
    public sealed class Served : SchedulingFixture
    {
        public HttpClient Browser { get; private set; } = null!;

        protected override async Task Prepare()
        {
            await base.Prepare();
            Browser = ((TestServer)Services.GetRequiredService<IServer>()).CreateClient();
        }
    }
}
