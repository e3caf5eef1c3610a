using System.Diagnostics;

namespace Intervision.Production.Tests;

/// <summary>
/// What a container is to a process, with the kernel's own means: a root that cannot be written to but for <c>/tmp</c> and the
/// payment folder, user 1654, no capability, no way to get any (AppHost/Publish/Charts/suite). Needs root and mounts.
/// </summary>
internal sealed class ReadOnlyRoot : IDisposable
{
    /// <summary>Where the payment folder is.</summary>
    public const string Payments = "/mnt";

    private const string User = "1654";

    /// <summary>$1 the root to be, $2 the program's folder, $3 .NET's, $4 the payment folder; then the program and its arguments.</summary>
    private const string Mounts =
        """
        set -e
        root=$1; program=$2; dotnet=$3; payments=$4; shift 4
        mount --bind / "$root"
        mount -o remount,bind,ro "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 tmp "$root/tmp"
        for pair in "$program:/srv" "$dotnet:/opt"; do
          mount --bind "${pair%:*}" "$root${pair##*:}"
          mount -o remount,bind,ro "$root${pair##*:}"
        done
        mount --bind "$payments" "$root/mnt"
        exec chroot "$root" setpriv --reuid=1654 --regid=1654 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all --pdeathsig KILL -- /opt/dotnet "$@"
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("intervision-root-").FullName;
    private readonly string payments = Directory.CreateTempSubdirectory("intervision-payments-").FullName;

    private ReadOnlyRoot() => Tell("chown", $"{User}:{User}", payments);

    /// <summary>Null, with the reason, where this machine does not allow it.</summary>
    public static ReadOnlyRoot? IfPossible(out string whyNot)
    {
        whyNot = !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "only root can make a file system read-only"
            : Tell("unshare", "--mount", "true") is { } refused ? $"no mounts of one's own here: {refused}"
            : "";
        return whyNot.Length == 0 ? new ReadOnlyRoot() : null;
    }

    /// <summary>As one process, which the shell and its helpers become.</summary>
    public ProcessStartInfo Start(string program, string[] arguments) => new("unshare",
    [
        "--mount", "--", "sh", "-c", Mounts, "mounts",
        folder, Path.GetDirectoryName(program)!, Path.GetDirectoryName(Environment.ProcessPath)!, payments,
        $"/srv/{Path.GetFileName(program)}", .. arguments,
    ]) { WorkingDirectory = "/" };

    /// <summary>Whether the process is what it should be: as the kernel sees it.</summary>
    public static void MustHold(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        Assert.Contains($"Uid:\t{User}\t{User}\t{User}\t{User}", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("CapEff:\t0000000000000000", status);
        // number parent device root place options …
        var writable = File.ReadLines($"/proc/{process}/mountinfo").Select(line => line.Split(' ')).Where(m => m[5].Split(',').Contains("rw")).Select(m => m[4]).ToList();
        Assert.Equal(["/mnt", "/tmp"], writable.Where(place => !place.StartsWith("/dev", StringComparison.Ordinal) && !place.StartsWith("/proc", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        Directory.Delete(folder);
        Directory.Delete(payments, recursive: true);
    }

    /// <returns>What it said against it; null when it worked.</returns>
    private static string? Tell(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
