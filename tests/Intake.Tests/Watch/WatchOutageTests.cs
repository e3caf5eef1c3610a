using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Watch;

/// <summary>Intake on a PostgreSQL of its own, which can be killed.</summary>
public sealed class OwnCluster : WatchFixture, IAsyncDisposable
{
    public TestPostgres Postgres { get; private set; } = null!;

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await Postgres.DisposeAsync();
    }

    protected override async Task<TestPostgres> Cluster() => Postgres = await TestPostgres.StartNew();

    protected override bool IsExpected(string error) => ErrorLog.SaysPostgresIsAway(error);
}

/// <summary>The database is killed and comes back, in another cluster's clothes even.</summary>
public sealed class WatchOutageTests(OwnCluster service) : IClassFixture<OwnCluster>
{
    [Fact]
    public async Task A_watch_outlives_its_database_and_tells_each_change_once()
    {
        var cpts = await service.NewCpts();
        var first = await service.Deposited(cpts);
        using var watcher = new Watcher(service.Intake, IntakeFixture.At(cpts));
        Assert.Equal(first.Name, Assert.Single(await watcher.UntilHeartbeat()).Case);
        service.Postgres.Kill();
        using (var meanwhile = new Watcher(service.Intake, IntakeFixture.At(cpts), watcher.Token))
        {
            await meanwhile.EndsWith(StatusCode.Unavailable, "DATABASE_UNAVAILABLE");
        }

        await service.Postgres.Start();
        var second = await Eventually.Is(() => TryDeposit(cpts), found => found is not null, "deposits are taken again");
        Assert.Equal(second!.Name, (await watcher.Change()).Case);
        var taken = await service.Taken(first);
        Assert.Equal((taken.Name, CaseState.InTriage), Told(await watcher.Change()));
        using var again = new Watcher(service.Intake, IntakeFixture.At(cpts), watcher.Token);
        Assert.Empty(await again.UntilHeartbeat());
    }

    [Fact]
    public async Task A_database_from_another_cluster_is_adopted_and_its_tokens_are_not()
    {
        var cpts = await service.NewCpts();
        var before = await service.Deposited(cpts);
        // As at the start of a service: nobody listens yet.
        var tail = service.Services.GetRequiredService<Intervision.Intake.Watch.CaseTail>();
        await Eventually.IsTrue(() => Task.FromResult(tail.Recent.Seen is null), "the tail rests");
        // As a dump has it: numbers of transactions this cluster has not come to.
        await service.AsOwner("update case_history set xid = (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000000)::text::xid8");
        string token;
        using (var watcher = new Watcher(service.Intake, IntakeFixture.At(cpts)))
        {
            Assert.Equal(before.Name, Assert.Single(await watcher.UntilHeartbeat()).Case);
            var fresh = await service.Deposited(cpts);
            Assert.Equal(fresh.Name, (await watcher.Change()).Case);
            token = watcher.Token;
        }

        using (var again = new Watcher(service.Intake, IntakeFixture.At(cpts), token))
        {
            Assert.Empty(await again.UntilHeartbeat());
        }

        var stranger = await service.Services.GetRequiredService<Intervision.Intake.Watch.ResumeTokens>().Seal(
            new(new(ulong.MaxValue / 2, [])), new(cpts.Subject, new HashSet<string>(), null, new HashSet<string>(), null, cpts.Cpts), CancellationToken.None);
        using var lost = new Watcher(service.Intake, IntakeFixture.At(cpts), stranger);
        await lost.EndsWith(StatusCode.FailedPrecondition, "RESUME_TOKEN_UNKNOWN");
    }

    private static (string Case, CaseState State) Told(CaseChange change) => (change.Case, change.State);

    private async Task<Case?> TryDeposit(ServiceDefaults.Security.DevelopmentClaims cpts)
    {
        try
        {
            return await service.Deposited(cpts);
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unavailable)
        {
            return null;
        }
    }
}
