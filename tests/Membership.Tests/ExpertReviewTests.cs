using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Who is an expert changes with the day: it is said again on that day, once.</summary>
public sealed class ExpertReviewTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    public async ValueTask InitializeAsync()
    {
        await membership.InitializeAsync();
        await membership.Import(
            Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), Sample.Professional("PER-2", "99700420013").Row());
        await membership.Directory.DesignateExpertAsync(
            new DesignateExpertRequest
            {
                RequestId = Guid.CreateVersion7().ToString(),
                Name = "professionals/PER-1",
                Etag = "v1",
                Designation = new ExpertDesignation
                {
                    Basis = ExpertDesignation.Types.Basis.CsapaDoctor, FromDate = Sample.Date("2026-10-01"), UntilDate = Sample.Date("2027-01-01"),
                },
            },
            Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
    }

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task A_designation_that_begins_and_one_that_ends_are_said_on_their_day()
    {
        Assert.Equal(0, await ReviewAt("2026-09-30T21:59:59Z")); // the last second of September in Paris
        Assert.Equal(1, await ReviewAt("2026-09-30T22:00:00Z"));
        Assert.Equal(0, await ReviewAt("2026-09-30T22:00:01Z"));
        Assert.Equal(0, await ReviewAt("2026-12-31T12:00:00Z"));
        Assert.Equal(1, await ReviewAt("2027-01-05T12:00:00Z")); // missed days are caught up with
        Assert.Equal(0, await ReviewAt("2027-01-06T12:00:00Z"));
        var said = await membership.Said("professionals/PER-1");
        Assert.Equal([false, false, true, false], said.Select(s => s.As<ProfessionalChanged>().Professional.Expert));
        Assert.Equal(["v1", "v2", "v3", "v4"], said.Select(s => s.As<ProfessionalChanged>().Professional.Etag));
        Assert.Single(await membership.Said("professionals/PER-2"));
    }

    [Fact]
    public async Task Who_was_said_since_for_another_reason_is_not_said_again()
    {
        var moved = Sample.Professional().With(p => p.FamilyName = "Lefèvre-Dubois").With(p => p.Expert = true);
        await membership.Import(Guid.CreateVersion7().ToString(), [moved.Row()], now: new DateTimeOffset(2026, 10, 2, 8, 0, 0, TimeSpan.Zero));
        Assert.True((await membership.Said("professionals/PER-1"))[^1].As<ProfessionalChanged>().Professional.Expert);
        Assert.Equal(0, await ReviewAt("2026-10-02T09:00:00Z"));
    }

    private async Task<int> ReviewAt(string instant) =>
        (await membership.Directory.ReviewDatesAsync(
            new ReviewDatesRequest { RequestId = Guid.CreateVersion7().ToString() },
            Tokens.As(Tokens.Coordinator(), DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)))).ChangedProfessionals;
}
