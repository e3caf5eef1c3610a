using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static class Posix
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    /// <summary>The user that servers run as when the app host is root.</summary>
    public const int Nobody = 65534;

    public static void Signal(int pid, int signal) => _ = kill(pid, signal);

    /// <summary>To every process of the group; false when none is left.</summary>
    public static bool SignalGroup(int group, int signal) => kill(-group, signal) == 0;

    public static bool IsAlive(int pid) => Directory.Exists($"/proc/{pid}");

    public static void GiveToNobody(string path) => _ = lchown(path, Nobody, Nobody);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int owner, int group);
}
