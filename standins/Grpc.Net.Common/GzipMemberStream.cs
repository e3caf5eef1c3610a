using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>
/// Compresses one message into one gzip member. <see cref="GZipStream"/> writes nothing at all for a message of no bytes,
/// which other implementations of gRPC refuse; such a message becomes the empty member of 20 bytes.
/// </summary>
internal sealed class GzipMemberStream(Stream output, CompressionLevel level) : Stream
{
    private static readonly byte[] s_emptyMember =
    [
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, // header: deflate, no name, no time, unknown system
        0x03, 0x00,                            // one final block without a byte
        0, 0, 0, 0, 0, 0, 0, 0,                // CRC-32 and length of nothing
    ];

    private readonly GZipStream _gzip = new(output, level, leaveOpen: true);
    private bool _written;
    private bool _disposed;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => !_disposed;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty)
            return;
        _written = true;
        _gzip.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return ValueTask.CompletedTask;
        _written = true;
        return _gzip.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => _gzip.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _gzip.Dispose();
            if (!_written)
                output.Write(s_emptyMember);
        }
        base.Dispose(disposing);
    }
}
