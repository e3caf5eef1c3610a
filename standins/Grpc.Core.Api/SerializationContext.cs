using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts a message: either one whole buffer, or a writer followed by <see cref="Complete()"/>.</summary>
public abstract class SerializationContext
{
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    /// <summary>Announces the exact size in bytes of what is about to be written.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
        // A hint: who does not use it may ignore it.
    }

    public virtual void Complete() => throw new NotSupportedException();
}

/// <summary>Where a marshaller takes a message from; the sequence is valid only during the call of the marshaller.</summary>
public abstract class DeserializationContext
{
    /// <summary>In bytes.</summary>
    public abstract int PayloadLength { get; }

    public virtual byte[] PayloadAsNewBuffer() => throw new NotSupportedException();

    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotSupportedException();
}
