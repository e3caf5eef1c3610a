using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;
using Status = Grpc.Core.Status;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>Rich errors: <c>google.rpc.Status</c> in the <c>grpc-status-details-bin</c> trailer (API §9).</summary>
public static class RichStatus
{
    private const string Trailer = "grpc-status-details-bin";

    /// <summary>The exception a server throws for a broken rule; <paramref name="domain"/> is <c>intervision.{service}</c>.</summary>
    public static RpcException ToRpcException(this RuleBroken broken, string domain)
    {
        ArgumentNullException.ThrowIfNull(broken);
        var info = new ErrorInfo { Reason = broken.Reason, Domain = domain };
        foreach (var (key, value) in broken.Facts)
        {
            info.Metadata[key] = value;
        }

        var status = new RpcStatus { Code = (int)broken.Code, Message = broken.Message };
        status.Details.Add(Any.Pack(info));
        if (broken.Violations.Count > 0)
        {
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { broken.Violations.Select(ToProto) } }));
        }

        if (broken.Preconditions.Count > 0)
        {
            status.Details.Add(Any.Pack(new PreconditionFailure { Violations = { broken.Preconditions.Select(ToProto) } }));
        }

        if (broken.RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        status.Details.Add(Any.Pack(French(broken.French)));
        return ToRpcException(status);
    }

    /// <summary>An unexpected failure: INTERNAL with the opaque id under which the log has it, and nothing else.</summary>
    public static RpcException Internal(string errorId, string domain)
    {
        var status = new RpcStatus { Code = (int)StatusCode.Internal, Message = $"INTERNAL: {errorId}" };
        status.Details.Add(Any.Pack(new ErrorInfo { Reason = "INTERNAL", Domain = domain, Metadata = { ["errorId"] = errorId } }));
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = errorId }));
        status.Details.Add(Any.Pack(French($"Une erreur inattendue s'est produite (référence {errorId}).")));
        return ToRpcException(status);
    }

    /// <summary>The details a server sent, or null.</summary>
    public static RpcStatus? Details(this RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var bytes = exception.Trailers.GetValueBytes(Trailer);
        return bytes is null ? null : RpcStatus.Parser.ParseFrom(bytes);
    }

    /// <summary>The <c>ErrorInfo.reason</c> a server sent, or null.</summary>
    public static string? Reason(this RpcException exception) => exception.Detail<ErrorInfo>()?.Reason;

    /// <summary>The French sentence a server sent, or null.</summary>
    public static string? FrenchMessage(this RpcException exception) => exception.Detail<LocalizedMessage>()?.Message;

    /// <summary>One detail by its type, or null.</summary>
    public static T? Detail<T>(this RpcException exception)
        where T : class, IMessage<T>, new()
    {
        var descriptor = new T().Descriptor;
        return exception.Details()?.Details.FirstOrDefault(d => d.Is(descriptor))?.Unpack<T>();
    }

    private static RpcException ToRpcException(RpcStatus status) => new(
        new Status((StatusCode)status.Code, status.Message),
        new Metadata { { Trailer, status.ToByteArray() } });

    private static LocalizedMessage French(string message) => new() { Locale = "fr-FR", Message = message };

    private static PreconditionFailure.Types.Violation ToProto(Precondition p) => new() { Type = p.Type, Subject = p.Subject, Description = p.Description };

    private static BadRequest.Types.FieldViolation ToProto(FieldViolation v) => new()
    {
        Field = v.Field,
        Reason = v.Reason,
        Description = v.Reason,
        LocalizedMessage = French(v.French),
    };
}
