using Grpc.Core;
using Grpc.Core.Interceptors;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Demo.Suite;

/// <summary>Nothing more to hope for: one sentence for people, and the exit code.</summary>
internal sealed class GivenUp(string message) : Exception(message);

/// <summary>
/// A service that does not answer is asked again, with growing pauses, until it is back: every mutating request carries
/// a request_id, so asking twice does nothing twice. Says once what it waits for.
/// </summary>
internal sealed class Patience(string service, string address, Announcer announcer, TimeProvider time) : Interceptor
{
    /// <summary>Longer than a server's restart after kill -9, shorter than anybody's patience.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(60);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var response = Persist(async () =>
        {
            var options = context.Options.WithDeadline(time.GetUtcNow().UtcDateTime + CallDeadline);
            using var call = continuation(request, new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options));
            return await call.ResponseAsync;
        });
        return new AsyncUnaryCall<TResponse>(response, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    /// <summary>Any call, whole, as often as it takes.</summary>
    /// <exception cref="GivenUp">The service did not come back in time.</exception>
    public async Task<T> Persist<T>(Func<Task<T>> call)
    {
        var since = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = Longer(pause))
        {
            try
            {
                var response = await call();
                announcer.IsBack(service);
                return response;
            }
            catch (RpcException e) when (IsPassing(e))
            {
                if (time.GetElapsedTime(since) > Limit)
                {
                    throw new GivenUp($"{service} ({address}) ne répond pas depuis {Limit.TotalMinutes:0} minutes : {e.Status.Detail}");
                }

                if (time.GetElapsedTime(since) > TimeSpan.FromMilliseconds(500))
                {
                    announcer.WaitsFor(service, $"{service} ({address}) ne répond pas, nouvel essai jusqu'à son retour…");
                }

                await Task.Delay(pause, time);
            }
        }
    }

    /// <summary>What a restart explains: no answer, too late, cut in the middle. What a service decided carries its reason.</summary>
    private static bool IsPassing(RpcException e) => e.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted => true,
        StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown => e.Reason() is null,
        _ => false,
    };

    private static TimeSpan Longer(TimeSpan pause) => pause < TimeSpan.FromSeconds(1) ? pause * 1.6 : pause;
}
