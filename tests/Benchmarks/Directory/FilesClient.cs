using Google.Protobuf;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Benchmarks.Directory;

/// <summary>Sends files and reads the results at the same time.</summary>
internal static class FilesClient
{
    private const int PieceBytes = 128 * 1024;

    public static async Task<ImportFilesResponse.Types.Summary> Import(
        this MembershipProcess membership, bool dryRun, params IReadOnlyList<(DirectoryFile File, byte[] Bytes)> files)
    {
        using var call = membership.Directory.ImportFiles(Tokens.As(Tokens.Coordinator()));
        var sending = Send(call.RequestStream, files, dryRun);
        ImportFilesResponse.Types.Summary? summary = null;
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            summary = call.ResponseStream.Current.Summary;
            if (call.ResponseStream.Current.Results.FirstOrDefault(r => r.Outcome == Outcome.Rejected) is { } refused)
            {
                throw new InvalidOperationException($"{refused}");
            }
        }

        await sending;
        return summary!;
    }

    private static async Task Send(Grpc.Core.IClientStreamWriter<ImportFilesRequest> requests, IReadOnlyList<(DirectoryFile File, byte[] Bytes)> files, bool dryRun)
    {
        var id = Guid.CreateVersion7().ToString();
        foreach (var (file, bytes) in files)
        {
            for (var at = 0; at < bytes.Length; at += PieceBytes)
            {
                var piece = UnsafeByteOperations.UnsafeWrap(bytes.AsMemory(at, Math.Min(PieceBytes, bytes.Length - at)));
                await requests.WriteAsync(new ImportFilesRequest { RequestId = id, DryRun = dryRun, File = file, Data = piece });
            }
        }

        await requests.CompleteAsync();
    }
}
