namespace Grpc.Core;

/// <summary>How a message of a stream is written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait for the next one before it is flushed.</summary>
    BufferHint = 1,

    /// <summary>The message is not compressed, whatever the call's compression.</summary>
    NoCompress = 2,
}

/// <summary>How messages are written.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}
