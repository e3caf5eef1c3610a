namespace Grpc.Core;

/// <summary>A call that did not end with <see cref="StatusCode.OK"/>; thrown by a service, it becomes the answer.</summary>
public class RpcException : Exception
{
    public RpcException(Status status) : this(status, Metadata.Empty) { }

    public RpcException(Status status, string message) : this(status, Metadata.Empty, message) { }

    /// <param name="status">The result of the call.</param>
    /// <param name="trailers">Sent after the answer, e.g. <c>grpc-status-details-bin</c>.</param>
    public RpcException(Status status, Metadata trailers) : this(status, trailers, status.ToString()) { }

    public RpcException(Status status, Metadata trailers, string message) : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    public Status Status { get; }
    public StatusCode StatusCode => Status.StatusCode;
    public Metadata Trailers { get; }
}
