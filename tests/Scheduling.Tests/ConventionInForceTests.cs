using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Scheduling.Directory;
using Intervision.ServiceDefaults.Time;
using State = Intervision.Membership.V1.Convention.Types.State;

namespace Intervision.Scheduling.Tests;

/// <summary>On which days the directory's conventions are in force here.</summary>
public sealed class ConventionInForceTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    private static int hosts;

    [Theory]
    [InlineData(State.Signed, null, "2026-10-01", "2026-12-31")]
    [InlineData(State.Expired, null, "2026-10-01", "2026-12-31")] // on the day of the event; it was in force before
    [InlineData(State.Terminated, "2026-11-15", "2026-10-01", "2026-11-15")]
    [InlineData(State.Terminated, null, null, null)] // given up before it began
    [InlineData(State.Draft, null, null, null)]
    [InlineData(State.Unspecified, null, null, null)]
    public async Task From_its_first_day_to_its_last(State state, string? terminated, string? first, string? last)
    {
        var said = new Convention
        {
            SignedDate = state == State.Draft ? null : Date("2026-09-01"), StartDate = Date("2026-10-01"), EndDate = Date("2026-12-31"), State = state,
            TerminateDate = terminated is null ? null : Date(terminated),
        };
        await MustBeInForce(said, first, last);
    }

    [Theory]
    [InlineData(State.Signed, "2026-09-01", "2026-12-31")]
    [InlineData(State.Expired, "2026-09-01", "2026-12-31")]
    [InlineData(State.Draft, "2026-09-01", "2026-12-31")] // called so until the day of its signature
    [InlineData(State.Terminated, null, null)]
    public Task As_said_before_conventions_had_a_first_day(State state, string? first, string? last) =>
        MustBeInForce(new Convention { SignedDate = Date("2026-09-01"), EndDate = Date("2026-12-31"), State = state }, first, last);

    [Fact]
    public async Task The_latest_word_replaces_all()
    {
        var host = $"organisations/{Interlocked.Increment(ref hosts)}F";
        var renewed = Signed("a", "2026-10-01", "2026-12-31");
        await Say(host, renewed, Signed("b", "2027-01-01", "2027-12-31"));
        Assert.Equal([Day("2026-12-31"), Day("2027-01-01")], await InForce(host, "2026-12-31", "2027-01-01", "2028-01-01"));
        renewed.State = State.Terminated;
        renewed.TerminateDate = Date("2026-11-30");
        await Say(host, renewed);
        Assert.Equal([Day("2026-11-30")], await InForce(host, "2026-11-30", "2026-12-01", "2027-01-01"));

        Convention Signed(string id, string start, string end) => new()
        {
            Name = $"conventions/{host}{id}", SignedDate = Date("2026-09-01"), StartDate = Date(start), EndDate = Date(end), State = State.Signed,
        };
    }

    private async Task MustBeInForce(Convention said, string? first, string? last)
    {
        var host = $"organisations/{Interlocked.Increment(ref hosts)}F";
        said.Name = $"conventions/{host}";
        await Say(host, said);
        var days = Enumerable.Range(0, 150).Select(Day("2026-08-15").AddDays).ToArray();
        var expected = days.Where(d => first is not null && Day(first) <= d && d <= Day(last!));
        Assert.Equal(expected, (await InForce(host, [.. days.Select(d => $"{d:yyyy-MM-dd}")])).Order());
    }

    private async Task<IEnumerable<DateOnly>> InForce(string host, params string[] days) =>
        (await fixture.Db.Read(tx => Conventions.InForce(tx, host, [.. days.Select(Day)]), CancellationToken.None)).Order();

    private Task Say(string host, params Convention[] conventions) =>
        Directory.Say(fixture, host + "/conventions", new ConventionChanged { Organisation = host, Conventions = { conventions } });

    private static DateOnly Day(string iso) => DateOnly.ParseExact(iso, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static Google.Type.Date Date(string iso) => Day(iso).ToProto();
}
