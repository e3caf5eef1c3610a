using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Xunit;

namespace Intervision.Intake.Tests.Watch;

/// <summary>One watch, read message by message, with a deadline on every one.</summary>
internal sealed class Watcher : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly AsyncServerStreamingCall<WatchCasesResponse> call;

    public Watcher(IntakeService.IntakeServiceClient intake, Metadata who, string token = "", bool changesOnly = false) =>
        call = intake.WatchCases(new WatchCasesRequest { ResumeToken = token, ChangesOnly = changesOnly }, who);

    /// <summary>Of the last message read.</summary>
    public string Token { get; private set; } = "";

    public async Task<WatchCasesResponse> Next()
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Limit), "the stream goes on");
        Token = call.ResponseStream.Current.ResumeToken;
        Assert.NotEmpty(Token);
        return call.ResponseStream.Current;
    }

    /// <summary>The next change, whatever heartbeats come before it.</summary>
    public async Task<CaseChange> Change()
    {
        while (true)
        {
            if ((await Next()).Change is { } change)
            {
                return change;
            }
        }
    }

    /// <summary>What is told until everything known was said.</summary>
    public async Task<List<CaseChange>> UntilHeartbeat()
    {
        var told = new List<CaseChange>();
        while ((await Next()).Change is { } change)
        {
            told.Add(change);
        }

        return told;
    }

    /// <summary>The stream ends so, whatever comes before.</summary>
    public async Task<RpcException> EndsWith(StatusCode code, string reason)
    {
        var end = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Limit))
            {
                Token = call.ResponseStream.Current.ResumeToken;
            }
        });
        Assert.Equal((code, reason), (end.StatusCode, end.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(end.FrenchMessage()));
        return end;
    }

    public void Dispose() => call.Dispose();
}
