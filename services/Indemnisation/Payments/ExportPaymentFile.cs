using Google.Protobuf;
using Intervision.Indemnisation.Reports.Files;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>The file of a released run, in parts: whoever reads slowly holds an open file and nothing of the database.</summary>
public sealed class ExportPaymentFile(Db db, PaymentFiles files)
{
    public async Task Handle(ExportPaymentFileRequest request, Func<ExportPaymentFileResponse, Task> send, Call call)
    {
        var (run, path) = await GetPaymentFile.Find(db, files, request.Name, call);
        await using var stored = File.OpenRead(path);
        var export = new ExportFile(
            Path.GetFileName(path), (name, content) => send(new() { FileName = name, Content = content, Sha256 = name.Length > 0 ? run.FileSha256 : "" }));
        var part = new byte[64 * 1024];
        while (await stored.ReadAsync(part, call.Cancellation) is > 0 and var read)
        {
            await export.Write(part.AsMemory(0, read));
        }

        await export.Complete();
    }
}
