namespace Grpc.Core;

/// <summary>The result of a call: a code, a text for developers, and on the client the exception that led to it, if one did.</summary>
/// <param name="statusCode">The code sent as <c>grpc-status</c>.</param>
/// <param name="detail">The text sent as <c>grpc-message</c>.</param>
/// <param name="debugException">What the client saw go wrong; it never travels.</param>
public readonly struct Status(StatusCode statusCode, string detail, Exception? debugException)
{
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    public Status(StatusCode statusCode, string detail) : this(statusCode, detail, null) { }

    public StatusCode StatusCode { get; } = statusCode;
    public string Detail { get; } = detail;
    public Exception? DebugException { get; } = debugException;

    public override string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\", DebugException=\"{DebugException.GetType()}: {DebugException.Message}\")";
}
