using System.Security.Cryptography;

namespace Intervision.Indemnisation.Payments;

/// <summary>
/// Payment files in the folder <c>Indemnisation:PaymentFolder</c>, readable by their owner only. A file appears whole or
/// not at all: written beside, flushed to the disk, then renamed.
/// </summary>
public sealed class PaymentFiles(IConfiguration configuration)
{
    private readonly string folder = Path.GetFullPath(configuration["Indemnisation:PaymentFolder"] ?? "payments");

    /// <returns>Where it is, and its SHA-256 in lower-case hexadecimal.</returns>
    internal async Task<(string Path, string Sha256)> Write(RunRow run, IAsyncEnumerable<PaymentRow> payments, CancellationToken cancellation)
    {
        System.IO.Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"pain.001-{run.Id:N}.xml");
        var beside = path + ".partial";
        using var sha256 = SHA256.Create();
        await using (var file = new FileStream(beside, OwnerOnly()))
        {
            await using (var hashed = new CryptoStream(file, sha256, CryptoStreamMode.Write, leaveOpen: true))
            {
                await PainFile.Write(hashed, run, run.PaymentCount, payments, cancellation);
            }

            await file.FlushAsync(cancellation);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
        return (path, Convert.ToHexStringLower(sha256.Hash!));
    }

    /// <returns>Where the file is, as released; it is written again when somebody moved or changed it.</returns>
    internal async Task<string> Find(RunRow run, IAsyncEnumerable<PaymentRow> payments, CancellationToken cancellation)
    {
        if (File.Exists(run.FilePath))
        {
            await using var file = File.OpenRead(run.FilePath);
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation)) == run.FileSha256)
            {
                return run.FilePath;
            }
        }

        var (path, sha256) = await Write(run, payments, cancellation);
        return sha256 == run.FileSha256
            ? path
            : throw new InvalidOperationException($"The file of {run.Name} is lost: what can be written today has another hash.");
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
