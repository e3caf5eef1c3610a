using Intervision.Membership.V1;

namespace Intervision.Membership.Tests;

/// <summary>Ending a convention says which pôles lose their last host.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();
    private readonly ConventionDesk desk;
    private Organisation host = null!;
    private Convention convention = null!;

    public HostTests() => desk = new ConventionDesk(membership);

    /// <summary>P01's usual host is another one with a convention until 2028-03-15; P02's is ours; P03 is closed.</summary>
    public async ValueTask InitializeAsync()
    {
        await membership.InitializeAsync();
        await membership.Import(Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), Sample.Pole().Row());
        host = await desk.Host();
        convention = await desk.Signed(host.Name, "2026-09-01", "2029-08-31");
        await membership.Import(Sample.Pole("P02").With(p => p.Host = host.Name).Row(), Sample.Pole("P03").With(p => p.Host = host.Name).Row());
        await Execute($"insert into pole_host values ('P01', '{host.Identifier}'); update pole set state = 4 where code = 'P03'");
    }

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task A_pole_with_another_host_in_force_the_day_after_keeps_one() =>
        Assert.Equal(["poles/P02"], (await desk.Terminated(convention, "2028-03-14")).PolesWithoutHost);

    [Fact]
    public async Task The_other_host_must_be_in_force_the_day_after() =>
        Assert.Equal(["poles/P01", "poles/P02"], (await desk.Terminated(convention, "2028-03-15")).PolesWithoutHost);

    [Fact]
    public async Task An_other_host_counts_like_the_usual_one()
    {
        await Execute($"insert into pole_host values ('P02', '{Sample.Host}')");
        Assert.Empty((await desk.Terminated(convention, "2027-01-31")).PolesWithoutHost);
    }

    [Fact]
    public async Task A_draft_and_what_was_given_up_do_not_make_a_host()
    {
        var other = await desk.Host();
        await Execute($"insert into pole_host values ('P02', '{other.Identifier}')");
        await desk.Drafted(other.Name, "2026-09-01", "2029-08-31");
        await desk.Terminated(await desk.Signed(other.Name, "2027-01-01", "2027-12-31"), null);
        Assert.Equal(["poles/P02"], (await desk.Terminated(convention, "2027-01-31")).PolesWithoutHost);
    }

    [Fact]
    public async Task A_host_whose_next_convention_follows_stays_a_host()
    {
        await desk.Signed(await desk.Renewed(convention, "2030-08-31"));
        Assert.Empty(await Without("2029-09-01"));
        Assert.Equal(["poles/P01", "poles/P02"], await Without("2030-09-01"));
    }

    [Fact]
    public async Task Giving_up_a_draft_takes_no_host_away() =>
        Assert.Empty((await desk.Terminated(await desk.Drafted(host.Name, "2030-01-01", "2030-12-31"), null)).PolesWithoutHost);

    private Task<IReadOnlyList<string>> Without(string day) => membership.Db.Read(
        tx => Intervision.Membership.Conventions.ConventionStore.PolesWithoutHost(
            tx, host.Identifier, DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)),
        CancellationToken.None);

    private Task Execute(string sql) => membership.Db.InTransaction(tx => tx.Execute(sql), CancellationToken.None);
}
