using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.ClientFactory;

/// <summary>The earlier of the two deadlines, and either of the two cancellations.</summary>
internal sealed class ContextPropagationInterceptor(IHttpContextAccessor http, GrpcContextPropagationOptions options) : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var (propagated, link) = Propagate(context);
        using (link)
            return continuation(request, propagated);
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var (propagated, link) = Propagate(context);
        var call = continuation(request, propagated);
        return link is null ? call : new(Freeing(call.ResponseAsync, link), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var (propagated, link) = Propagate(context);
        var call = continuation(propagated);
        return link is null ? call : new(call.RequestStream, Freeing(call.ResponseAsync, link), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    // Who reads a stream disposes of the call, and with it of the link between the two cancellations.
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var (propagated, link) = Propagate(context);
        var call = continuation(request, propagated);
        return link is null ? call : new(call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => Dispose(call, link));
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var (propagated, link) = Propagate(context);
        var call = continuation(propagated);
        return link is null ? call : new(call.RequestStream, call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => Dispose(call, link));
    }

    private (ClientInterceptorContext<TRequest, TResponse> Context, CancellationTokenSource? Link) Propagate<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class where TResponse : class
    {
        if (http.HttpContext?.Features.Get<IServerCallContextFeature>()?.ServerCallContext is not { } server)
        {
            return options.SuppressContextNotFoundErrors
                ? (context, null)
                : throw new InvalidOperationException("There is no gRPC call whose deadline and cancellation could be propagated.");
        }

        var call = context.Options;
        if (server.Deadline < (call.Deadline ?? DateTime.MaxValue))
            call = call.WithDeadline(server.Deadline);

        CancellationTokenSource? link = null;
        if (!call.CancellationToken.CanBeCanceled)
        {
            call = call.WithCancellationToken(server.CancellationToken);
        }
        else if (server.CancellationToken.CanBeCanceled && call.CancellationToken != server.CancellationToken)
        {
            link = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, server.CancellationToken);
            call = call.WithCancellationToken(link.Token);
        }
        return (new(context.Method, context.Host, call), link);
    }

    private static async Task<TResponse> Freeing<TResponse>(Task<TResponse> response, CancellationTokenSource link)
    {
        using (link)
            return await response;
    }

    private static void Dispose(IDisposable call, CancellationTokenSource link)
    {
        call.Dispose();
        link.Dispose();
    }
}
