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

    /// <summary>Bytes of the whole: 8 KB as a header, which every client takes; a larger one makes some close the connection.</summary>
    private const int Largest = 6000;

    /// <summary>Of a name that the caller sent, as much as tells it.</summary>
    private const int LongestFact = 200;

    private const int LongestText = 600;

    /// <summary>The exception a server throws for a broken rule; <paramref name="domain"/> is <c>intervision.{service}</c>.</summary>
    public static RpcException ToRpcException(this RuleBroken broken, string domain)
    {
        ArgumentNullException.ThrowIfNull(broken);
        var info = new ErrorInfo { Reason = broken.Reason, Domain = domain };
        foreach (var (key, value) in broken.Facts)
        {
            info.Metadata[Short(key)] = Short(value);
        }

        var status = new RpcStatus { Code = (int)broken.Code, Message = Short(broken.Message, LongestText) };
        status.Details.Add(Any.Pack(info));
        if (broken.RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        status.Details.Add(Any.Pack(French(Short(broken.French, LongestText))));
        var room = Largest - status.CalculateSize();
        AddIfAny(status, new BadRequest { FieldViolations = { ThatFit(broken.Violations.Select(ToProto), room) } }, broken.Violations.Count);
        AddIfAny(status, new PreconditionFailure { Violations = { ThatFit(broken.Preconditions.Select(ToProto), room) } }, broken.Preconditions.Count);
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

    private static void AddIfAny(RpcStatus status, IMessage detail, int count)
    {
        if (count > 0)
        {
            status.Details.Add(Any.Pack(detail));
        }
    }

    /// <summary>The first ones, until the room is used up.</summary>
    private static IEnumerable<T> ThatFit<T>(IEnumerable<T> violations, int room)
        where T : IMessage =>
        violations.TakeWhile(violation => (room -= violation.CalculateSize() + 8) > 0);

    private static string Short(string text, int longest = LongestFact) => text.Length <= longest ? text : $"{text[..longest]}…";

    private static LocalizedMessage French(string message) => new() { Locale = "fr-FR", Message = message };

    private static PreconditionFailure.Types.Violation ToProto(Precondition p) => new() { Type = p.Type, Subject = Short(p.Subject), Description = p.Description };

    private static BadRequest.Types.FieldViolation ToProto(FieldViolation v) => new()
    {
        Field = Short(v.Field),
        Reason = v.Reason,
        Description = v.Reason,
        LocalizedMessage = French(v.French),
    };
}
