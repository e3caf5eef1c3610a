using Grpc.Core;
using Grpc.Core.Interceptors;
using Intervision.ServiceDefaults.Grpc;
using Microsoft.AspNetCore.Http;

namespace Intervision.ServiceDefaults.Security;

/// <summary>
/// Enforces <see cref="CalledByAttribute"/>: who may not call learns nothing, not even whether the request was well
/// formed (API §10). Inside <see cref="ErrorInterceptor"/>, which makes the status. An RPC of ours that declares nothing is
/// refused to everybody.
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

    /// <summary>Health and reflection are gRPC's own.</summary>
    private static bool IsOurs(ServerCallContext context) => context.Method.StartsWith("/intervision.", StringComparison.Ordinal);

    private static void Check(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var said = http.GetEndpoint()?.Metadata;
        if (!IsOurs(context) || said?.GetMetadata<CalledByAnyoneAttribute>() is not null)
        {
            return;
        }

        if (said?.GetOrderedMetadata<CalledByAttribute>().Any(d => d.Roles.Any(role => http.User.HasClaim("role", role))) != true)
        {
            throw RuleBroken.Denied();
        }
    }
}
