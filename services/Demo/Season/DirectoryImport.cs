using Google.Protobuf;
using Grpc.Core;
using Intervision.Demo.Suite;
using Intervision.Membership.V1;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Demo.Season;

/// <summary>Sends the directory's files as they are.</summary>
internal sealed class DirectoryImport(Stage stage, DateTimeOffset now)
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>In the order in which they lean on each other; a region may do without some.</summary>
    private static readonly (DirectoryFile File, string Name)[] Files =
    [
        (DirectoryFile.Communes, "communes.csv"), (DirectoryFile.Organisations, "organisations.csv"), (DirectoryFile.Memberships, "memberships.csv"),
        (DirectoryFile.CptsTerritories, "cpts_territories.csv"), (DirectoryFile.People, "people.csv"), (DirectoryFile.Activities, "activities.csv"),
        (DirectoryFile.Poles, "poles.csv"), (DirectoryFile.PoleTerritories, "pole_territories.csv"),
    ];

    /// <returns>Lines that the directory refused, with their file and line.</returns>
    public async Task<IReadOnlyList<string>> Run()
    {
        var files = Files.Select(f => (f.File, Path: Path.Combine(stage.Region.Folder, f.Name))).Where(f => File.Exists(f.Path))
            .Select(f => (f.File, Bytes: File.ReadAllBytes(f.Path))).ToList();
        using var call = stage.Suite.Membership.ImportFiles(stage.As(Cast.Coordinator, now));
        var sending = Send(call.RequestStream, files);
        var refused = new List<string>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            refused.AddRange(call.ResponseStream.Current.Results.Where(r => r.Outcome == Outcome.Rejected).Select(Sentence));
        }

        await sending;
        return refused;
    }

    private static async Task Send(IClientStreamWriter<ImportFilesRequest> requests, List<(DirectoryFile File, byte[] Bytes)> files)
    {
        var id = RequestId.Of(["directory", .. files.Select(f => $"{f.File} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(f.Bytes))}")]);
        try
        {
            foreach (var (file, bytes) in files)
            {
                foreach (var piece in bytes.Chunk(PieceBytes))
                {
                    await requests.WriteAsync(new ImportFilesRequest { RequestId = id, File = file, Data = ByteString.CopyFrom(piece) });
                }
            }

            await requests.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The call itself says why it ended.
        }
    }

    private static string Sentence(FileRowResult result) =>
        $"{Array.Find(Files, f => f.File == result.File).Name}, ligne {result.Line} : {result.Message} ({result.Reason})";
}
