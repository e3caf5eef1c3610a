using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>What time alone changes of conventions is said once.</summary>
public sealed class ReviewTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();
    private readonly ConventionDesk desk;
    private Organisation host = null!;
    private Convention convention = null!;

    public ReviewTests() => desk = new ConventionDesk(membership);

    public async ValueTask InitializeAsync()
    {
        await membership.InitializeAsync();
        await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row());
        host = await desk.Host();
        convention = await desk.Signed(host.Name, "2026-09-01", "2027-08-31");
        await membership.Import(Sample.Pole().With(p => p.Host = host.Name).Row());
    }

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task At_ninety_days_at_thirty_and_once_ended()
    {
        Assert.Equal((0, 0), await ReviewOn("2027-06-01")); // 91 days before
        Assert.Equal((1, 0), await ReviewOn("2027-06-02"));
        Assert.Equal((0, 0), await ReviewOn("2027-06-02"));
        Assert.Equal((0, 0), await ReviewOn("2027-07-31")); // 31 days before
        Assert.Equal((1, 0), await ReviewOn("2027-08-01"));
        Assert.Equal((0, 0), await ReviewOn("2027-08-31")); // the last day counts
        Assert.Equal((0, 1), await ReviewOn("2027-09-01"));
        Assert.Equal((0, 0), await ReviewOn("2027-09-02"));

        var expiring = (await membership.Said(convention.Name + "/expiry")).Select(e => e.As<ConventionExpiring>()).ToList();
        Assert.Equal([(90, 90), (30, 30)], expiring.Select(e => (e.ThresholdDays, e.DaysLeft)));
        Assert.All(expiring, e => Assert.Equal((convention, "poles/P01"), (e.Convention, Assert.Single(e.PolesWithoutHost))));
        var ended = (await membership.Said(host.Name + "/conventions"))[^1].As<ConventionChanged>();
        Assert.Equal(Convention.Types.State.Expired, Assert.Single(ended.Conventions).State);
    }

    [Fact]
    public async Task Missed_days_are_caught_up_with_the_nearest_threshold_only()
    {
        Assert.Equal((1, 0), await ReviewOn("2027-08-11"));
        Assert.Equal((30, 20), (await membership.Said(convention.Name + "/expiry")).Select(e => e.As<ConventionExpiring>()).Select(e => (e.ThresholdDays, e.DaysLeft)).Single());
        Assert.Equal((0, 0), await ReviewOn("2027-08-12"));
        Assert.Equal((0, 1), await ReviewOn("2027-12-01"));
    }

    [Fact]
    public async Task A_renewal_signed_in_time_leaves_no_pole_without_host()
    {
        await desk.Signed(await desk.Renewed(convention, "2028-08-31"));
        Assert.Equal((1, 0), await ReviewOn("2027-06-02"));
        Assert.Empty(Assert.Single(await membership.Said(convention.Name + "/expiry")).As<ConventionExpiring>().PolesWithoutHost);
    }

    [Fact]
    public async Task Drafts_and_what_was_terminated_are_not_announced()
    {
        await desk.Terminated(convention, "2027-08-30");
        await desk.Drafted(host.Name, "2026-09-01", "2027-08-31");
        Assert.Equal((0, 0), await ReviewOn("2027-06-02"));
        Assert.Equal((0, 0), await ReviewOn("2027-09-01"));
    }

    [Fact]
    public async Task A_convention_whose_end_moved_is_announced_anew()
    {
        var row = OrganisationTests.New().With(o => o.Convention = new Convention { SignedDate = Sample.Date("2026-08-01"), EndDate = Sample.Date("2026-10-31") });
        await membership.Import(row.Row());
        Assert.Equal((1, 0), await ReviewOn("2026-09-02"));
        row.Convention.EndDate = Sample.Date("2026-11-30");
        await membership.Import(Guid.CreateVersion7().ToString(), [row.Row()], now: new DateTimeOffset(2026, 9, 3, 8, 0, 0, TimeSpan.Zero));
        Assert.Equal((1, 0), await ReviewOn("2026-09-04"));
    }

    [Fact]
    public async Task What_was_told_as_expired_is_not_told_again()
    {
        var row = OrganisationTests.New().With(o => o.Convention = new Convention { SignedDate = Sample.Date("2020-01-01"), EndDate = Sample.Date("2022-12-31") });
        await membership.Import(row.Row());
        Assert.Equal((0, 0), await ReviewOn("2026-09-02"));
    }

    [Fact]
    public async Task A_planned_referent_takes_office()
    {
        await membership.Db.InTransaction(
            tx => tx.Execute(
                """
                update referent_term set until_date = '2026-10-01';
                insert into referent_term (term_id, pole, professional, from_date) values (gen_random_uuid(), 'P01', 'PER-1', '2026-11-01')
                """),
            CancellationToken.None);
        desk.Now = new DateTimeOffset(2026, 10, 1, 6, 0, 0, TimeSpan.Zero);
        Assert.Equal(1, (await desk.Review()).ChangedPoles);
        Assert.Equal("", (await membership.Said("poles/P01"))[^1].As<PoleChanged>().Pole.Referent);
        Assert.Equal(0, (await desk.Review()).ChangedPoles);
    }

    [Fact]
    public async Task Several_reviews_at_once_say_it_once()
    {
        desk.Now = new DateTimeOffset(2027, 6, 2, 6, 0, 0, TimeSpan.Zero);
        var said = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => (await desk.Review()).ExpiringConventions));
        Assert.Equal(1, said.Sum());
        Assert.Single(await membership.Said(convention.Name + "/expiry"));
    }

    private async Task<(int Expiring, int Ended)> ReviewOn(string day)
    {
        desk.Now = DateTimeOffset.Parse($"{day}T06:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        var said = await desk.Review();
        return (said.ExpiringConventions, said.EndedConventions);
    }
}
