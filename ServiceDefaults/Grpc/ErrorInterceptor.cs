using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>The service's name, as in <c>intervision.{name}</c>: lower case, one word.</summary>
public sealed record ServiceName(string Value)
{
    public string Domain => $"intervision.{Value}";
}

/// <summary>
/// The one place where exceptions become statuses (DESIGN §6): a broken rule keeps its reason, a lost database is
/// UNAVAILABLE, anything unexpected is INTERNAL with an opaque id that is in the log, and nothing else.
/// </summary>
public sealed class ErrorInterceptor(ServiceName service, ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => continuation(requestStream, context), streamed: true);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => Streams(context, continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Guard(context, () => Streams(context, continuation(requestStream, responseStream, context)), streamed: true);

    /// <summary>A message to a caller who has gone is an InvalidOperationException of the gRPC runtime: no failure of ours.</summary>
    private static async Task<bool> Streams(ServerCallContext context, Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (InvalidOperationException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(context.CancellationToken);
        }
    }

    /// <param name="streamed">Requests are read while the verb runs.</param>
    private async Task<T> Guard<T>(ServerCallContext context, Func<Task<T>> call, bool streamed = false)
    {
        UnreadableRequests.MarkRead(context);
        try
        {
            return await call();
        }
        catch (RpcException)
        {
            throw;
        }
        catch (RuleBroken broken)
        {
            throw broken.ToRpcException(service.Domain);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(
                context.Deadline <= TimeProvider.System.GetUtcNow().UtcDateTime ? StatusCode.DeadlineExceeded : StatusCode.Cancelled, "The caller gave up."));
        }
        catch (Exception lost) when (DatabaseErrors.IsTransient(lost))
        {
            logger.LogWarning("Database unavailable during {Method}: {Reason}", context.Method, lost.Message);
            throw RuleBroken.Unavailable("DATABASE_UNAVAILABLE", "Le service est momentanément indisponible ; rien n'a été modifié.")
                .ToRpcException(service.Domain);
        }
        catch (InvalidProtocolBufferException) when (streamed)
        {
            throw UnreadableRequests.Refusal.ToRpcException(service.Domain);
        }
        catch (PostgresException text) when (text.SqlState is PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter)
        {
            // U+0000 is valid in a protobuf string and cannot be stored as text, nor be escaped in jsonb.
            throw RuleBroken.Invalid("", "CHARACTER_NOT_ALLOWED", "Un texte de la demande contient un caractère qui n'est pas admis.")
                .ToRpcException(service.Domain);
        }
        catch (Exception unexpected)
        {
            var errorId = Guid.CreateVersion7().ToString("N");
            logger.LogError(unexpected, "Unexpected failure {ErrorId} in {Method}", errorId, context.Method);
            throw RichStatus.Internal(errorId, service.Domain);
        }
    }
}
