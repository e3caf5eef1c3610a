namespace Aspire.Hosting.Processes;

/// <summary>Where programs are.</summary>
internal static class Commands
{
    public static string? Find(string command, IEnumerable<string>? firstIn = null, bool alsoOnPath = true) =>
        (firstIn ?? []).Concat(alsoOnPath ? (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries) : [])
            .Select(folder => Path.Combine(folder, command))
            .FirstOrDefault(File.Exists);

    /// <summary>Folders such as <c>/usr/lib/postgresql/*/bin</c>, the newest version first.</summary>
    public static IEnumerable<string> Versions(string parent, string prefix, string below) =>
        !Directory.Exists(parent) ? [] : Directory.EnumerateDirectories(parent, prefix + "*")
            .OrderByDescending(folder => Version.TryParse(Numbered(Path.GetFileName(folder)[prefix.Length..]), out var v) ? v : new Version())
            .Select(folder => Path.Combine(folder, below));

    private static string Numbered(string version) => version.Contains('.', StringComparison.Ordinal) ? version : version + ".0";
}
