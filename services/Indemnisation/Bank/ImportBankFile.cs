using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Bank;

/// <summary>
/// Reads a file of the bank, once: received whole, read in one transaction, all or nothing. A file that was read before is
/// told again from what was kept of it.
/// </summary>
public sealed class ImportBankFile(Db db, IConfiguration configuration)
{
    private const int LinesPerMessage = 500;
    private const long DefaultMegabytes = 1024;

    /// <summary>For one statement of a file with a year's payments at a thousand times the region's size.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly long maximumBytes = configuration.GetValue("Indemnisation:BankFileMegabytes", DefaultMegabytes) * 1024 * 1024;

    public async Task Handle(IAsyncStreamReader<ImportBankFileRequest> requests, IServerStreamWriter<ImportBankFileResponse> responses, Call call)
    {
        await using var upload = await BankUpload.Receive(requests, maximumBytes, call);
        var payload = new ImportBankFileRequest { RequestId = upload.RequestId, Data = ByteString.CopyFromUtf8(upload.Sha256) };
        var summary = await db.Once(call, upload.RequestId, payload, async tx =>
            new ImportBankFileResponse { BankFile = (await Import(tx, upload, call)).ToProto() });

        var file = Guid.Parse(summary.BankFile.Name["bankFiles/".Length..]);
        IReadOnlyList<BankRow> page = [];
        do
        {
            var after = page.Count == 0 ? 0 : page[^1].Rank;
            page = await db.Read(tx => BankStore.Lines(tx, file, after, LinesPerMessage), call.Cancellation);
            if (page.Count > 0)
            {
                await responses.WriteAsync(new ImportBankFileResponse { Lines = { page.Select(ToProto) } }, call.Cancellation);
            }
        }
        while (page.Count == LinesPerMessage);
        await responses.WriteAsync(summary, call.Cancellation);
    }

    private static async Task<FileRow> Import(Tx tx, BankUpload upload, Call call)
    {
        tx.StatementTimeout = Longest;
        await BankStore.Turn(tx);
        if (await BankStore.Find(tx, upload.Sha256) is { } read)
        {
            return read;
        }

        using var reader = await BankFileReader.Open(upload.FromStart());
        var id = Guid.CreateVersion7(call.Now);
        await BankStore.Insert(tx, id, upload.Sha256, reader.Kind, call.Caller.Subject, call.Now);
        // Page by page into tables that were empty a moment ago: plans made for these would read all of them for each page.
        await tx.FindByKey();
        var reading = new BankReading(tx, id, call);
        await reading.Begin();
        await foreach (var page in reader.Read().Chunk(BankReading.PageSize))
        {
            await reading.Take(page);
        }

        await reading.Complete();
        return (await BankStore.Find(tx, upload.Sha256))!;
    }

    private static BankLine ToProto(BankRow line) => new()
    {
        Position = line.Position,
        FileLine = line.FileLine,
        EndToEndId = line.EndToEndId,
        Payment = line.Payment is { } payment ? $"payments/{payment}" : "",
        Outcome = line.Outcome,
        Status = line.Status,
        Reason = line.Reason,
        Message = Sentence(line),
    };

    private static string Sentence(BankRow line)
    {
        var end = line.EndToEndId.Length == 0 ? "" : $", EndToEndId {line.EndToEndId}";
        return string.Create(CultureInfo.InvariantCulture, $"Opération {line.Position} (ligne {line.FileLine} du fichier{end}) : {Became(line)}");
    }

    private static string Became(BankRow line) => line.Outcome switch
    {
        BankLine.Types.Outcome.Paid => $"payée ({line.Status}).",
        BankLine.Types.Outcome.Noted => $"prise en compte par la banque ({line.Status}), pas encore payée.",
        BankLine.Types.Outcome.Rejected => $"rejetée, {BankReasons.Sentence(line.Reason)}. Ses lignes attendent un prochain lot.",
        BankLine.Types.Outcome.Returned => $"revenue impayée, {BankReasons.Sentence(line.Reason)}. Ses lignes attendent un prochain lot.",
        BankLine.Types.Outcome.AlreadyKnown => "déjà connue, rien ne change.",
        _ => "ce n'est pas un paiement de la plateforme, rien ne change.",
    };
}
