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
    internal async Task<(string Path, string Sha256)> Write(RunRow run, IReadOnlyList<PaymentRow> payments, CancellationToken cancellation)
    {
        System.IO.Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"pain.001-{run.Id:N}.xml");
        var beside = path + ".partial";
        await using (var file = new FileStream(beside, OwnerOnly()))
        {
            await PainFile.Write(file, run, payments.Count, payments.ToAsyncEnumerable(), cancellation);
            await file.FlushAsync(cancellation);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
        return (path, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, cancellation))));
    }

    /// <summary>The file as released; written again when somebody moved or changed it.</summary>
    internal async Task<byte[]> Read(RunRow run, IReadOnlyList<PaymentRow> payments, CancellationToken cancellation)
    {
        if (File.Exists(run.FilePath))
        {
            var found = await File.ReadAllBytesAsync(run.FilePath, cancellation);
            if (Convert.ToHexStringLower(SHA256.HashData(found)) == run.FileSha256)
            {
                return found;
            }
        }

        var (path, sha256) = await Write(run, payments, cancellation);
        return sha256 == run.FileSha256
            ? await File.ReadAllBytesAsync(path, cancellation)
            : throw new InvalidOperationException($"The file of {run.Name} is lost: what can be written today has another hash.");
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
