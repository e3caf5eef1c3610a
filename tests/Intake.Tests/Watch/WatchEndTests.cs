using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Xunit;

namespace Intervision.Intake.Tests.Watch;

/// <summary>Tokens that are not right, limits, and what ends a watch.</summary>
public sealed class WatchEndTests(WatchFixture service) : CaseSteps(service), IClassFixture<WatchFixture>
{
    [Fact]
    public async Task A_token_that_was_changed_cut_or_invented_is_refused()
    {
        var cpts = await service.NewCpts();
        using var first = Watch(cpts);
        var token = (await first.Next()).ResumeToken;
        string[] wrong =
        [
            "x", "é", "\0", new string('A', 100_000), token[..^1], token + "A", "A" + token[1..],
            (token[10] == 'A' ? "B" : "A") + token[1..10] + (token[10] == 'A' ? 'B' : 'A') + token[11..],
        ];
        foreach (var attempt in wrong)
        {
            using var watcher = Watch(cpts, attempt);
            await watcher.EndsWith(StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID");
        }
    }

    [Fact]
    public async Task A_token_of_somebody_else_or_of_a_page_is_refused()
    {
        using var first = Watch(await service.NewCpts());
        var token = (await first.Next()).ResumeToken;
        var other = await service.NewCpts();
        using var thief = Watch(other, token);
        await thief.EndsWith(StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID");
        await service.Deposited(other);
        await service.Deposited(other);
        var page = (await Intake.ListCasesAsync(new ListCasesRequest { PageSize = 1 }, IntakeFixture.At(other))).NextPageToken;
        using var confused = Watch(other, page);
        await confused.EndsWith(StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID");
    }

    [Fact]
    public async Task A_watch_lasts_as_long_as_the_access_token()
    {
        var cpts = await service.NewCpts();
        using var watcher = Watch(cpts with { Lifetime = TimeSpan.FromSeconds(3) });
        await watcher.EndsWith(StatusCode.Unauthenticated, "TOKEN_EXPIRED");
        var fresh = await service.Deposited(cpts);
        using var again = Watch(cpts, watcher.Token);
        Assert.Equal(fresh.Name, (await again.Change()).Case);
    }

    [Fact]
    public async Task A_caller_has_so_many_places_and_gets_them_back()
    {
        var cpts = await service.NewCpts();
        var open = new List<Watcher>();
        for (var i = 0; i < 3; i++)
        {
            open.Add(Watch(cpts));
            await open[^1].Next();
        }

        using var refused = Watch(cpts);
        await refused.EndsWith(StatusCode.ResourceExhausted, "TOO_MANY_WATCHES");
        using var other = Watch(await service.NewCpts());
        await other.Next();
        open.ForEach(w => w.Dispose());
        await Eventually.IsTrue(
            async () =>
            {
                using var next = Watch(cpts);
                try
                {
                    return (await next.Next()).ResumeToken.Length > 0;
                }
                catch (RpcException)
                {
                    return false;
                }
            },
            "places are free again");
    }

    [Fact]
    public async Task A_callers_deadline_counts()
    {
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2);
        using var call = Intake.WatchCases(new WatchCasesRequest(), IntakeFixture.At(await service.NewCpts()), deadline);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var late = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                // Heartbeats.
            }
        });
        Assert.True(TimeProvider.System.GetUtcNow().UtcDateTime >= deadline.AddMilliseconds(-50), "ended early");
        // The server ends the call at the same instant: where its reset overtakes the client's own timer, the client says
        // UNAVAILABLE. The service itself says nothing of the kind.
        Assert.True(late.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Unavailable, late.ToString());
        Assert.Null(late.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    private Watcher Watch(DevelopmentClaims who, string token = "") => new(Intake, IntakeFixture.At(who), token);
}
