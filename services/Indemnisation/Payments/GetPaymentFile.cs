using Google.Protobuf;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>The file of a released run, always the same bytes; a large one is had by <see cref="ExportPaymentFile"/>.</summary>
public sealed class GetPaymentFile(Db db, PaymentFiles files)
{
    private const int MaximumBytes = 1024 * 1024;

    public async Task<GetPaymentFileResponse> Handle(GetPaymentFileRequest request, Call call)
    {
        var (run, path) = await Find(db, files, request.Name, call);
        return new FileInfo(path).Length <= MaximumBytes
            ? new GetPaymentFileResponse { Content = ByteString.CopyFrom(await File.ReadAllBytesAsync(path, call.Cancellation)), Sha256 = run.FileSha256 }
            : throw RuleBroken.NotNow("PAYMENT_FILE_TOO_LARGE", "Le fichier dépasse 1 Mio : demandez-le par ExportPaymentFile.", subject: run.Name);
    }

    /// <returns>The run, and where its file is.</returns>
    /// <exception cref="RuleBroken">NOT_FOUND, RUN_NOT_RELEASED.</exception>
    internal static Task<(RunRow Run, string Path)> Find(Db db, PaymentFiles files, string name, Call call)
    {
        var id = RunName.Read(name);
        return db.ReadTogether(
            async tx =>
            {
                var run = await RunStore.Find(tx, id) ?? throw RuleBroken.NotFound(name);
                return run.FileSha256 is null
                    ? throw RuleBroken.NotNow("RUN_NOT_RELEASED", "Le lot de paiements n'est pas remis : il n'a pas de fichier.", subject: run.Name)
                    : (run, await files.Find(run, RunStore.Payments(tx, id), call.Cancellation));
            },
            call.Cancellation);
    }
}
