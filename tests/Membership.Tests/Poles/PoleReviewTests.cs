using Intervision.Membership.Events.V1;
using Intervision.Membership.History;
using Intervision.Membership.Poles;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>A référent whose time begins or ends as planned is said on the day, once.</summary>
public sealed class PoleReviewTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 9, 1);
    private readonly MembershipFixture membership = new();

    public async ValueTask InitializeAsync()
    {
        await membership.InitializeAsync();
        await membership.Import(
            Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), Sample.Professional("PER-2", "").Row(),
            Sample.Pole().Row(), Sample.Pole("P02").Row());
        await membership.Db.InTransaction(
            tx => tx.Execute(
                """
                update referent_term set until_date = '2026-09-10' where pole = 'P01';
                insert into referent_term (term_id, pole, professional, from_date) values (gen_random_uuid(), 'P01', 'PER-2', '2026-09-20')
                """),
            CancellationToken.None);
    }

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task The_day_it_changes_and_only_then()
    {
        Assert.Equal(0, await Review(Day));
        Assert.Equal(0, await Review(Day.AddDays(8))); // the last day in office
        Assert.Equal(1, await Review(Day.AddDays(9)));
        Assert.Equal(0, await Review(Day.AddDays(9)));
        Assert.Equal("", (await LastSaid()).Referent);
        Assert.Equal(1, await Review(Day.AddDays(30)));
        Assert.Equal(("professionals/PER-2", "v3"), ((await LastSaid()).Referent, (await LastSaid()).Etag));
        Assert.Equal(3, (await membership.Said("poles/P01")).Count);
        Assert.Single(await membership.Said("poles/P02"));
        var kept = await membership.Db.Read(
            tx => tx.Query<string>("select caller || ' ' || method from change where resource = 'poles/P01' order by change_id"), CancellationToken.None);
        Assert.Equal(["coordinator@region ImportDirectory", "services/membership ReviewDates", "services/membership ReviewDates"], kept);
    }

    [Fact]
    public async Task Reviews_at_once_say_it_once()
    {
        var said = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Review(Day.AddDays(9))));
        Assert.Equal(1, said.Sum());
        Assert.Equal(2, (await membership.Said("poles/P01")).Count);
    }

    [Fact]
    public async Task What_changed_after_the_instant_of_the_review_is_left_alone()
    {
        await membership.Db.InTransaction(tx => tx.Execute("update pole set update_time = '2026-10-01'"), CancellationToken.None);
        Assert.Equal(0, await Review(Day.AddDays(9)));
        Assert.Equal(1, await Review(Day.AddDays(40)));
    }

    private Task<int> Review(DateOnly today) => membership.Db.InTransaction(
        tx => PoleReview.SayChangedReferents(
            tx, new Author("services/membership", "ReviewDates", new DateTimeOffset(today, new TimeOnly(6, 0), TimeSpan.Zero)), today),
        CancellationToken.None);

    private async Task<V1.Pole> LastSaid() => (await membership.Said("poles/P01"))[^1].As<PoleChanged>().Pole;
}
