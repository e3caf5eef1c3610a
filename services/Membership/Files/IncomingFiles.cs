using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Membership.Files;

/// <summary>The messages of an import as a sequence of files, each a stream of bytes; one message at a time in memory.</summary>
internal sealed class IncomingFiles(IAsyncStreamReader<ImportFilesRequest> requests, Call call)
{
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
        RequestId = RequestIds.MustBeUuid(first?.RequestId).ToString();
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
        if (pending is null && await requests.Next(call))
        {
            pending = requests.Current;
            Uploads.MustBePiece(pending.Data.Length);
        }

        return pending;
    }

    /// <summary>Reads what the messages carry; asynchronously only.</summary>
    private sealed class FileBytes(IncomingFiles files, DirectoryFile file) : ForwardStream
    {
        private ReadOnlyMemory<byte> rest;

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
    }
}
