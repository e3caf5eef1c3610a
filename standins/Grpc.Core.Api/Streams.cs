namespace Grpc.Core;

/// <summary>A stream of messages to read, one at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message last read; undefined before the first <see cref="MoveNext"/>.</summary>
    T Current { get; }

    /// <summary>False at the end of the stream.</summary>
    /// <exception cref="RpcException">The call ended with an error.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>A stream of messages to write; the next write waits for the previous one.</summary>
public interface IAsyncStreamWriter<in T>
{
    WriteOptions? WriteOptions { get; set; }

    Task WriteAsync(T message);

    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This writer cannot cancel a single write.")
        : WriteAsync(message);
}

/// <summary>The client's side: it says when it has no more messages.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    Task CompleteAsync();
}

/// <summary>The server's side: the stream ends when the method returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;

public static class AsyncStreamReaderExtensions
{
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader) where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }
}
