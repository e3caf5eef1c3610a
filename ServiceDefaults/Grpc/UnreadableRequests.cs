using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>
/// Bytes that are no message of the method's type. gRPC reads a unary request before any interceptor and answers UNKNOWN,
/// as if the service had failed; the caller is told INVALID_ARGUMENT/MESSAGE_UNREADABLE instead. Of a stream the
/// interceptor sees it, and says the same.
/// </summary>
internal static class UnreadableRequests
{
    /// <summary>Logs every such request as an error of the service, with its stack; ours are logged by the interceptor.</summary>
    public const string NoisyCategory = "Grpc.AspNetCore.Server.ServerCallHandler";

    private static readonly object Read = new();

    public static RuleBroken Refusal => RuleBroken.Invalid("", "MESSAGE_UNREADABLE", "La demande n'est pas un message de ce type.");

    /// <summary>The request was read, and the call has come to our code.</summary>
    public static void MarkRead(ServerCallContext context) => context.UserState[Read] = Read;

    public static async Task Invoke(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (!context.Response.HasStarted && context.Response.Headers.GrpcStatus == $"{(int)StatusCode.Unknown}")
        {
            Correct(context);
        }
    }

    private static void Correct(HttpContext context)
    {
        var services = context.RequestServices;
        var logger = services.GetRequiredService<ILogger<ErrorInterceptor>>();
        if (context.Items.ContainsKey(Read))
        {
            logger.LogError("Unexpected failure after the answer of {Method}", context.Request.Path);
            return;
        }

        logger.LogInformation("Unreadable request to {Method}", context.Request.Path);
        var refusal = Refusal.ToRpcException(services.GetRequiredService<ServiceName>().Domain);
        context.Response.Headers.GrpcStatus = $"{(int)refusal.StatusCode}";
        context.Response.Headers.GrpcMessage = Uri.EscapeDataString(refusal.Status.Detail);
        foreach (var entry in refusal.Trailers)
        {
            context.Response.Headers[entry.Key] = Convert.ToBase64String(entry.ValueBytes);
        }
    }
}
