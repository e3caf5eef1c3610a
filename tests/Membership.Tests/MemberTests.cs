using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Organisations;
using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Members of programmes, from joining to leaving, and their presentation to the others.</summary>
public sealed class MemberTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private const string Lille = "programmes/SANTE_PRECARITE";
    private readonly ConventionDesk desk = new(membership);

    [Fact]
    public async Task A_member_joins_and_leaves()
    {
        var host = await desk.Host();
        var joined = (await Once.Acts(
            membership, Join, Joining(host, "2026-09-15"), r => r.FromDate = Sample.Date("2026-09-16"), (1, 1))).Organisation;
        var expected = host.Clone().With(o => o.Etag = "v2");
        expected.Memberships.Add(new ProgrammeMembership { Programme = Lille, FromDate = Sample.Date("2026-09-15") });
        Assert.Equal(expected, joined);

        var left = (await Once.Acts(membership, Leave, Leaving(joined, "2027-01-01"), r => r.UntilDate = Sample.Date("2027-01-02"), (1, 1))).Organisation;
        Assert.Equal(Sample.Date("2027-01-01"), Assert.Single(left.Memberships).UntilDate);
        Assert.Equal(left, (await membership.Said(host.Name))[^1].As<OrganisationChanged>().Organisation);

        // The day it leaves (exclusive) it may come back.
        var back = (await Join(Once.WithId(Joining(left, "2027-01-01")))).Organisation;
        Assert.Equal(2, back.Memberships.Count);
    }

    [Fact]
    public async Task Of_several_at_once_one_wins()
    {
        var host = await desk.Host();
        var joined = (await Once.Wins(Join, Joining(host, "2026-09-15"), (r, etag) => r.Etag = etag)).Organisation;
        var left = (await Once.Wins(Leave, Leaving(joined, "2027-01-01"), (r, etag) => r.Etag = etag)).Organisation;
        Assert.Equal(("v3", 1), (left.Etag, left.Memberships.Count));
    }

    [Theory]
    [InlineData("2026-12-31")]
    [InlineData("2026-09-01")] // one is planned later
    [InlineData("2028-01-01")]
    public async Task A_membership_in_the_way_is_named(string from)
    {
        var host = (await Join(Once.WithId(Joining(await desk.Host(), "2026-10-01")))).Organisation;
        var refused = await Refused.With(StatusCode.FailedPrecondition, "MEMBERSHIP_OVERLAP", () => Join(Once.WithId(Joining(host, from))));
        var facts = refused.Detail<Google.Rpc.ErrorInfo>()!.Metadata;
        Assert.Equal((host.Name, Lille, "2026-10-01", ""), (facts["name"], facts["programme"], facts["fromDate"], facts["untilDate"]));
        Assert.Equal(2, (await Join(Once.WithId(Joining(host, from).With(r => r.Programme = "programmes/ADDICTIONS")))).Organisation.Memberships.Count);
    }

    [Fact]
    public async Task How_joining_and_leaving_are_refused()
    {
        var host = await desk.Host();
        await Refused.With(StatusCode.InvalidArgument, "FROM_DATE_INVALID", () => Join(Once.WithId(Joining(host, "2026-10-01").With(r => r.FromDate = null))));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => Join(Once.WithId(Joining(host, "2026-10-01").With(r => r.Programme = "x"))));
        await Refused.With(
            StatusCode.InvalidArgument, "UNKNOWN_PROGRAMME", () => Join(Once.WithId(Joining(host, "2026-10-01").With(r => r.Programme = "programmes/NONE"))));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Join(Once.WithId(Joining(host, "2026-10-01").With(r => r.Name = "organisations/1"))));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Leave(Once.WithId(Leaving(host, "2026-10-01").With(r => r.Name = "organisations/1"))));
        await Refused.With(StatusCode.FailedPrecondition, "NOT_A_MEMBER", () => Leave(Once.WithId(Leaving(host, "2027-01-01"))));
        var joined = (await Join(Once.WithId(Joining(host, "2026-10-01")))).Organisation;
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => Leave(Once.WithId(Leaving(joined, "2026-10-01"))));
        await Refused.With(StatusCode.InvalidArgument, "UNTIL_DATE_INVALID", () => Leave(Once.WithId(Leaving(joined, "2026-10-02").With(r => r.UntilDate = null))));
    }

    [Fact]
    public async Task Who_is_new_and_not_yet_presented()
    {
        var old = (await Join(Once.WithId(Joining(await desk.Host(), "2025-09-01")))).Organisation;
        var future = (await Join(Once.WithId(Joining(await desk.Host(), "2026-09-02")))).Organisation;
        var fresh = (await Join(Once.WithId(Joining(await desk.Host(), "2026-09-01")))).Organisation;
        var elsewhere = (await Join(Once.WithId(Joining(await desk.Host(), "2026-09-01").With(r => r.Programme = "programmes/ADDICTIONS")))).Organisation;
        var gone = (await Join(Once.WithId(Joining(await desk.Host(), "2025-10-01")))).Organisation;
        await Leave(Once.WithId(Leaving(gone, "2026-09-01")));

        Assert.Equal([fresh.Name], await Names(new() { Programme = Lille }, [old, future, fresh, elsewhere, gone]));
        Assert.Equal([old.Name, fresh.Name], await Names(new() { Programme = Lille, SinceDate = Sample.Date("2025-09-01") }, [old, future, fresh, elsewhere, gone]));
        Assert.Equal([fresh], (await New(new() { Programme = Lille })).Organisations.Where(o => o.Name == fresh.Name));
        Assert.Equal("Héberger", fresh.Profile.Missions);
        Assert.Empty(await Names(new() { Programme = Lille, Pole = "poles/P01" }, [fresh]));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => New(new()));
        await Refused.With(
            StatusCode.InvalidArgument, "SINCE_DATE_INVALID", () => New(new() { Programme = Lille, SinceDate = new Google.Type.Date { Year = 2026 } }));

        await Present(fresh.Name);
        Assert.Empty(await Names(new() { Programme = Lille }, [fresh]));
    }

    [Theory]
    [InlineData("2026-08-31", "2025-09-01")]
    [InlineData("2026-09-01", "2026-09-01")]
    [InlineData("2027-03-01", "2026-09-01")]
    public void New_since_the_season_began(string today, string since) =>
        Assert.Equal(Day(since), ListNewPartners.Since(null, Day(today)));

    [Fact]
    public async Task Presented_once_the_first_time_counts()
    {
        var host = (await Join(Once.WithId(Joining(await desk.Host(), "2026-09-01")))).Organisation;
        await Present(host.Name);
        await Present(host.Name);
        await Present(host.Name, session: "sessions/other", date: "2026-11-17");
        var told = (await membership.Said(host.Name))[^1].As<OrganisationChanged>().Organisation;
        Assert.Equal((Sample.Date("2026-10-13"), "sessions/s1"), (told.Memberships[0].PresentedDate, told.Memberships[0].PresentedSession));
        Assert.Equal(told, await desk.Organisation(host.Name));
        Assert.Equal(3, (await membership.Said(host.Name)).Count);
        var change = await membership.Db.Read(
            tx => tx.Single<(string Caller, string Method)>(
                "select caller, method from change where resource = @Name order by change_id desc limit 1", new { host.Name }),
            CancellationToken.None);
        Assert.Equal(("services/scheduling", "PartnersPresented"), change);
    }

    [Fact]
    public async Task Presented_before_the_directory_knew()
    {
        var said = OrganisationTests.New();
        await Present(said.Name);
        await membership.Import(said.Row());
        var host = await desk.Organisation(said.Name);
        Assert.Empty(host.Memberships);

        // A membership on another day does not take it.
        var late = (await Join(Once.WithId(Joining(host, "2026-10-14")))).Organisation;
        Assert.Null(Assert.Single(late.Memberships).PresentedDate);

        // One that holds on the day of the presentation does, whether by hand or by import.
        said.Memberships.Add(new ProgrammeMembership { Programme = Lille, FromDate = Sample.Date("2026-10-01") });
        await membership.Import(said.Row());
        Assert.Equal("sessions/s1", Assert.Single((await desk.Organisation(said.Name)).Memberships).PresentedSession);

        var other = await desk.Host();
        await Present(other.Name);
        Assert.Equal(Sample.Date("2026-10-13"), Assert.Single((await Join(Once.WithId(Joining(other, "2026-10-13")))).Organisation.Memberships).PresentedDate);
    }

    [Fact]
    public async Task Several_at_one_session()
    {
        var first = (await Join(Once.WithId(Joining(await desk.Host(), "2026-09-01")))).Organisation;
        var second = (await Join(Once.WithId(Joining(await desk.Host(), "2026-09-01")))).Organisation;
        await Present(second.Name, first.Name);
        Assert.All([await desk.Organisation(first.Name), await desk.Organisation(second.Name)], o => Assert.NotNull(o.Memberships[0].PresentedDate));
    }

    private static DateOnly Day(string iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static JoinProgrammeRequest Joining(Organisation o, string from) =>
        new() { Name = o.Name, Etag = o.Etag, Programme = Lille, FromDate = Sample.Date(from) };

    private static LeaveProgrammeRequest Leaving(Organisation o, string until) =>
        new() { Name = o.Name, Etag = o.Etag, Programme = Lille, UntilDate = Sample.Date(until) };

    private static Metadata At() => Tokens.As(Tokens.Coordinator(), MembershipFixture.Now);

    private AsyncUnaryCall<JoinProgrammeResponse> Join(JoinProgrammeRequest request) => membership.Directory.JoinProgrammeAsync(request, At());

    private AsyncUnaryCall<LeaveProgrammeResponse> Leave(LeaveProgrammeRequest request) => membership.Directory.LeaveProgrammeAsync(request, At());

    private AsyncUnaryCall<ListNewPartnersResponse> New(ListNewPartnersRequest request) =>
        membership.Directory.ListNewPartnersAsync(request, Tokens.As(Tokens.Of(Roles.Service, "services/scheduling"), MembershipFixture.Now));

    private async Task<IEnumerable<string>> Names(ListNewPartnersRequest request, Organisation[] among) =>
        (await New(request)).Organisations.Select(o => o.Name).Intersect(among.Select(o => o.Name), StringComparer.Ordinal);

    private Task Present(params string[] organisations) => Present(organisations, "sessions/s1", "2026-10-13");

    private Task Present(string organisation, string session, string date) => Present([organisation], session, date);

    private Task Present(string[] organisations, string session, string date) => membership.Deliver(
        "scheduling",
        new PartnersPresented { Session = session, Programme = Lille, Organisations = { organisations }, Date = Sample.Date(date) },
        session,
        new DateTimeOffset(2026, 10, 13, 12, 0, 0, TimeSpan.Zero));
}
