using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>Duration of every call, by service, method and status code.</summary>
internal sealed class RpcMetrics : Interceptor
{
    public const string MeterName = "Intervision.Rpc";
    private static readonly Histogram<double> Duration =
        new Meter(MeterName).CreateHistogram("rpc.server.call.duration", "s", "Duration of calls answered", tags: null, Durations.InSeconds);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Measure(context, async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    private static async Task<T> Measure<T>(ServerCallContext context, Func<Task<T>> call)
    {
        var (start, code) = (TimeProvider.System.GetTimestamp(), StatusCode.OK);
        try
        {
            var answer = await call();
            code = context.Status.StatusCode;
            return answer;
        }
        catch (Exception failure)
        {
            code = (failure as RpcException)?.StatusCode ?? StatusCode.Unknown;
            throw;
        }
        finally
        {
            if (Duration.Enabled)
            {
                Record(context.Method.Split('/'), TimeProvider.System.GetElapsedTime(start), code);
            }
        }
    }

    private static void Record(string[] path, TimeSpan elapsed, StatusCode code) =>
        Duration.Record(elapsed.TotalSeconds, new("rpc.system", "grpc"), new("rpc.service", path[1]), new("rpc.method", path[2]), new("rpc.grpc.status_code", (int)code));
}
