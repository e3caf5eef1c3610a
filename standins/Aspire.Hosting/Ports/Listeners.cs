using System.Globalization;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Ports;

/// <summary>Who holds a port of this machine.</summary>
/// <param name="IsLeftOver">Started by an app host that is gone.</param>
internal sealed record PortHolder(int ProcessId, string Command, bool IsLeftOver)
{
    public override string ToString() => $"{Command} (pid {ProcessId})";
}

/// <summary>Reads <c>/proc</c>: sockets that listen, and the processes that hold them.</summary>
internal static class Listeners
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static bool IsTaken(int port) => Inodes(port).Count > 0;

    /// <summary>Null when it cannot be seen: another user's process.</summary>
    public static PortHolder? HolderOf(int port)
    {
        var sockets = Inodes(port).Select(inode => $"socket:[{inode}]").ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Holds(folder, sockets))
            {
                return new PortHolder(pid, Command(folder), IsLeftOver(folder));
            }
        }
        return null;
    }

    /// <summary>Lines of /proc/net/tcp: local address 1, state 3 (0A: listening), inode 9.</summary>
    private static HashSet<string> Inodes(int port)
    {
        var local = port.ToString("X4", CultureInfo.InvariantCulture);
        return Tables
            .Where(File.Exists)
            .SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == "0A" && fields[1].EndsWith(":" + local, StringComparison.Ordinal))
            .Select(fields => fields[9])
            .ToHashSet(StringComparer.Ordinal);
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFiles().Any(fd => sockets.Contains(fd.LinkTarget ?? string.Empty));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The program, and for a runtime what it runs: "dotnet Membership.dll".</summary>
    private static string Command(string process)
    {
        try
        {
            var words = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            var name = File.ReadAllText(Path.Combine(process, "comm")).Trim();
            var runs = words.Skip(1).FirstOrDefault(w => w.EndsWith(".dll", StringComparison.Ordinal));
            return runs is null ? name : $"{Path.GetFileName(words[0])} {Path.GetFileName(runs)}";
        }
        catch (IOException)
        {
            return "un processus";
        }
    }

    private static bool IsLeftOver(string process)
    {
        try
        {
            var mark = File.ReadAllText(Path.Combine(process, "environ")).Split('\0')
                .FirstOrDefault(v => v.StartsWith(Watchdog.MarkVariable + "=", StringComparison.Ordinal));
            var host = mark?[(Watchdog.MarkVariable.Length + 1)..].Split('-')[0];
            return int.TryParse(host, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !Posix.IsAlive(pid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
