using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;

namespace Intervision.CptsClient;

/// <summary>
/// <c>google.rpc.Status</c> in <c>grpc-status-details-bin</c>: a reason to program against, a French sentence, and what is
/// wrong field by field.
/// </summary>
internal sealed record Refusal(string Reason, string Message, IReadOnlyList<string> Fields)
{
    public static Refusal Of(RpcException error)
    {
        var details = error.Trailers.GetValueBytes("grpc-status-details-bin") is { } bytes ? RpcStatus.Parser.ParseFrom(bytes) : new RpcStatus();
        return new Refusal(
            Detail<ErrorInfo>(details)?.Reason ?? error.StatusCode.ToString(),
            Detail<LocalizedMessage>(details)?.Message ?? error.Status.Detail,
            [.. Detail<BadRequest>(details)?.FieldViolations.Select(v => $"{v.Field}: {v.LocalizedMessage?.Message ?? v.Description}") ?? []]);
    }

    private static T? Detail<T>(RpcStatus status)
        where T : class, IMessage<T>, new()
    {
        var descriptor = new T().Descriptor;
        return status.Details.FirstOrDefault(d => d.Is(descriptor))?.Unpack<T>();
    }
}
