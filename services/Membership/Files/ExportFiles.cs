using System.Data;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Npgsql;

namespace Intervision.Membership.Files;

/// <summary>
/// The files of the directory from one snapshot. The database writes the CSV itself, and it is handed on piece by piece:
/// memory does not depend on how much there is.
/// </summary>
internal sealed class ExportFiles(NpgsqlDataSource source)
{
    private const int PieceCharacters = 32 * 1024;

    public async Task Handle(ExportFilesRequest request, IServerStreamWriter<ExportFilesResponse> responses, Call call)
    {
        var files = request.Files.Count == 0 ? FileFormat.All.Select(f => f.File) : request.Files;
        var queries = ExportQueries.On(Paris.DateOf(call.Now));
        if (!files.All(queries.ContainsKey))
        {
            throw RuleBroken.Invalid("files", "FILE_INVALID", "Le fichier n'est pas l'un de ceux de l'annuaire.");
        }

        await using var connection = await source.OpenConnectionAsync(call.Cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, call.Cancellation);
        foreach (var file in files)
        {
            using var csv = await connection.BeginTextExportAsync($"copy ({queries[file]}) to stdout (format csv, delimiter ';', header)", call.Cancellation);
            await Send(file, csv, responses, call.Cancellation);
        }
    }

    private static async Task Send(DirectoryFile file, TextReader csv, IServerStreamWriter<ExportFilesResponse> responses, CancellationToken cancellation)
    {
        // An encoder, because a character may begin in one piece and end in the next.
        var encoder = Encoding.UTF8.GetEncoder();
        var characters = new char[PieceCharacters];
        var piece = new byte[Encoding.UTF8.GetMaxByteCount(PieceCharacters)];
        for (var read = await csv.ReadBlockAsync(characters, cancellation); read > 0; read = await csv.ReadBlockAsync(characters, cancellation))
        {
            var count = encoder.GetBytes(characters.AsSpan(0, read), piece, flush: false);
            await responses.WriteAsync(new ExportFilesResponse { File = file, Data = ByteString.CopyFrom(piece.AsSpan(0, count)) }, cancellation);
        }
    }
}
