using Intervision.Membership.Review;
using Intervision.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Membership.Tests;

/// <summary>The job that reviews the dates: at start, then every hour of its clock.</summary>
public sealed class ReviewJobTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    [Fact]
    public async Task At_start_and_then_every_hour()
    {
        var desk = new ConventionDesk(membership);
        var convention = await desk.Signed((await desk.Host()).Name, "2026-09-01", "2027-08-31");
        var time = new HourGlass { Now = new DateTimeOffset(2027, 6, 3, 21, 30, 0, TimeSpan.Zero) };
        using var job = Job(time, on: true);
        await job.StartAsync(CancellationToken.None);
        await Eventually.Is(() => Said(convention.Name), said => said == 1, "what was due at start is said");

        time.Now = new DateTimeOffset(2027, 7, 31, 22, 30, 0, TimeSpan.Zero); // 1 August in Paris: 30 days before
        await Eventually.IsTrue(() => Task.FromResult(time.Turn(TimeSpan.FromHours(1))), "the job waits for an hour");
        await Eventually.Is(() => Said(convention.Name), said => said == 2, "what was due an hour later is said");
        await job.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task In_development_it_is_the_rpc_that_does_it()
    {
        using var job = Job(new HourGlass { Now = MembershipFixture.Now }, on: null);
        await job.StartAsync(CancellationToken.None);
        await job.ExecuteTask!;
        Assert.Equal(Environments.Development, membership.Services.GetRequiredService<IHostEnvironment>().EnvironmentName);
    }

    private async Task<int> Said(string convention) => (await membership.Said(convention + "/expiry")).Count;

    private ReviewJob Job(TimeProvider time, bool? on) => new(
        membership.Db,
        time,
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Membership:ReviewDates"] = on?.ToString() }).Build(),
        membership.Services.GetRequiredService<IHostEnvironment>(),
        NullLogger<ReviewJob>.Instance);
}
