using Grpc.Core;
using Intervision.Intake.V1;

namespace Intervision.CptsClient;

/// <summary>What a CPTS's software needs of Intervision: deposit and follow.</summary>
internal sealed class Intake(IntakeService.IntakeServiceClient intake, Func<Task<string>> newToken)
{
    /// <summary>13 to 26 s of waiting in all: a service that is started again.</summary>
    private const int Attempts = 10;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>The service says something every 20 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The same request_id each time: however often it arrives, it is one deposit with one answer. A connection that the
    /// server closes under a call is INTERNAL to some.
    /// </summary>
    public async Task<SubmitCaseResponse> Submit(SubmitCaseRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10);
                return await intake.SubmitCaseAsync(request, await Bearer(), deadline);
            }
            catch (RpcException lost) when (attempt < Attempts
                && lost.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Internal)
            {
                await Task.Delay(WaitBefore(attempt));
            }
        }
    }

    /// <summary>Every change once, and the one being handled again if we are killed over it: where we are is kept after each, and there we go on.</summary>
    public async Task Follow(PositionFile position, Func<CaseChange, Task> handle)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                using var silence = new CancellationTokenSource(Silence);
                using var call = intake.WatchCases(new WatchCasesRequest { ResumeToken = position.Read() }, await Bearer());
                while (await call.ResponseStream.MoveNext(silence.Token))
                {
                    silence.CancelAfter(Silence);
                    failures = 0;
                    if (call.ResponseStream.Current.Change is { } change)
                    {
                        await handle(change);
                    }

                    position.Keep(call.ResponseStream.Current.ResumeToken);
                }
            }
            catch (RpcException lost) when (Refusal.Of(lost).Reason is "RESUME_TOKEN_INVALID" or "RESUME_TOKEN_UNKNOWN")
            {
                // Nothing to go on from: we are told again where every case stands.
                position.Forget();
            }
            catch (RpcException expired) when (expired.StatusCode == StatusCode.Unauthenticated && failures == 0)
            {
                // On the way: come back with a new access token. One that is refused at once is not ours to mend.
            }
            catch (RpcException lost) when (lost.StatusCode
                is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.Aborted or StatusCode.Cancelled or StatusCode.Internal)
            {
                // Come back.
            }

            await Task.Delay(WaitBefore(failures));
        }
    }

    private async Task<Metadata> Bearer() => new() { { "authorization", $"Bearer {await newToken()}" } };

    /// <summary>A random share, so that clients cut together do not come back together.</summary>
    private static TimeSpan WaitBefore(int attempt)
    {
        var wait = FirstWait * Math.Pow(2, Math.Clamp(attempt - 1, 0, 10));
        return (wait < LongestWait ? wait : LongestWait) * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
