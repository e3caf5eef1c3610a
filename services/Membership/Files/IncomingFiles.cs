using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Files;

/// <summary>The messages of an import as a sequence of files, each a stream of bytes; one message at a time in memory.</summary>
internal sealed class IncomingFiles(IAsyncStreamReader<ImportFilesRequest> requests, Call call)
{
    private const int MaximumData = 256 * 1024;
    private readonly HashSet<DirectoryFile> sent = [];
    private ImportFilesRequest? pending;
    private DirectoryFile last;

    public string RequestId { get; private set; } = "";

    public bool DryRun { get; private set; }

    /// <summary>Files that began.</summary>
    public IReadOnlySet<DirectoryFile> Sent => sent;

    /// <exception cref="RuleBroken">REQUEST_ID_INVALID.</exception>
    public async Task Begin()
    {
        var first = await Peek();
        RequestId = Guid.TryParse(first?.RequestId, out var id)
            ? id.ToString()
            : throw RuleBroken.Invalid("request_id", "REQUEST_ID_INVALID", "L'identifiant de requête doit être un UUID.");
        DryRun = first!.DryRun;
    }

    /// <summary>The next file, once the one before was read to its end; null after the last.</summary>
    /// <exception cref="RuleBroken">FILE_INVALID, FILE_ORDER.</exception>
    public async Task<(FileFormat Format, Stream Bytes)?> Next()
    {
        if (await Peek() is not { } message)
        {
            return null;
        }

        var format = FileFormat.Find(message.File) ?? throw RuleBroken.Invalid("file", "FILE_INVALID", "Le fichier n'est pas l'un de ceux de l'annuaire.");
        if (format.File <= last)
        {
            throw RuleBroken.Invalid("file", "FILE_ORDER", $"{format.Name} vient après {FileFormat.Of(last).Name} : l'ordre est {string.Join(", ", FileFormat.All.Select(f => f.Name))}.");
        }

        last = format.File;
        sent.Add(last);
        return (format, new FileBytes(this, last));
    }

    private async ValueTask<ReadOnlyMemory<byte>?> Data(DirectoryFile file)
    {
        if (await Peek() is not { } message || message.File != file)
        {
            return null;
        }

        pending = null;
        return message.Data.Memory;
    }

    private async ValueTask<ImportFilesRequest?> Peek()
    {
        try
        {
            if (pending is null && await requests.MoveNext(call.Cancellation))
            {
                pending = requests.Current;
            }
        }
        catch (IOException) when (call.Cancellation.IsCancellationRequested)
        {
            // A client that hangs up shows as a reset stream: that is its choice, not our failure.
            throw new OperationCanceledException(call.Cancellation);
        }

        return pending?.Data.Length > MaximumData
            ? throw RuleBroken.Invalid("data", "DATA_TOO_LARGE", "Un morceau de fichier a au plus 256 Kio.")
            : pending;
    }

    /// <summary>Reads what the messages carry; asynchronously only.</summary>
    private sealed class FileBytes(IncomingFiles files, DirectoryFile file) : Stream
    {
        private ReadOnlyMemory<byte> rest;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (rest.IsEmpty)
            {
                if (await files.Data(file) is not { } data)
                {
                    return 0;
                }

                rest = data;
            }

            var count = Math.Min(buffer.Length, rest.Length);
            rest[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
