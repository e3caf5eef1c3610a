namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>Every file that the suite has written: logs, mails, payments, the demo's memory, and the servers' own data with their journals.</summary>
internal static class Files
{
    public static IEnumerable<(string Place, ReadOnlyMemory<byte> Bytes)> Below(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            yield return ($"file {Path.GetRelativePath(folder, file)}", File.ReadAllBytes(file));
        }
    }
}
