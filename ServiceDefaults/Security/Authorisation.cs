using Grpc.Core;
using Grpc.Core.Interceptors;
using Intervision.ServiceDefaults.Grpc;
using Microsoft.AspNetCore.Http;

namespace Intervision.ServiceDefaults.Security;

/// <summary>
/// Enforces <see cref="CalledByAttribute"/>: who may not call learns nothing, not even whether the request was well
/// formed (API §10). Inside <see cref="ErrorInterceptor"/>, which makes the status. Methods that declare nothing are
/// left to their own checks.
/// </summary>
public sealed class Authorisation : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private static void Check(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var declared = http.GetEndpoint()?.Metadata.GetOrderedMetadata<CalledByAttribute>() ?? [];
        if (declared.Count > 0)
        {
            Caller.From(http.User).MustHave([.. declared.SelectMany(d => d.Roles)]);
        }
    }
}
