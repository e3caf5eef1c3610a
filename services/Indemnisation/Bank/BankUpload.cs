using System.Security.Cryptography;
using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Bank;

/// <summary>
/// A file while it is received and read: on the disk, readable by its owner only, gone when it is closed. So memory does not
/// grow with it, its hash is known before anything is decided, and it can be read again after a deadlock.
/// </summary>
internal sealed class BankUpload : IAsyncDisposable
{
    private readonly FileStream spool;

    private BankUpload(string requestId, FileStream file, string sha256) => (RequestId, spool, Sha256) = (requestId, file, sha256);

    public string RequestId { get; }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <param name="maximum">Bytes.</param>
    /// <exception cref="RuleBroken">REQUEST_ID_INVALID, DATA_TOO_LARGE, BANK_FILE_TOO_LARGE.</exception>
    public static async Task<BankUpload> Receive(IAsyncStreamReader<ImportBankFileRequest> requests, long maximum, Call call)
    {
        var requestId = RequestIds.MustBeUuid(await requests.Next(call) ? requests.Current.RequestId : null).ToString();
        var file = Create();
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            do
            {
                var data = requests.Current.Data.Memory;
                Uploads.MustBePiece(data.Length);
                if (file.Length + data.Length > maximum)
                {
                    throw RuleBroken.Invalid("data", "BANK_FILE_TOO_LARGE", $"Le fichier dépasse {maximum / 1024 / 1024} Mio.");
                }

                hash.AppendData(data.Span);
                await file.WriteAsync(data, call.Cancellation);
            }
            while (await requests.Next(call));
            await file.FlushAsync(call.Cancellation);
            return new BankUpload(requestId, file, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Its bytes, from the first.</summary>
    public Stream FromStart()
    {
        spool.Position = 0;
        return spool;
    }

    public ValueTask DisposeAsync() => spool.DisposeAsync();

    private static FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(Path.GetTempPath(), $"intervision-bank-{Path.GetRandomFileName()}"), options);
    }
}
