namespace Intervision.Dashboard.Resources;

/// <summary>
/// What the dashboard knows of the running system. The app host is one source; a test or a benchmark is another.
/// Nothing secret comes through it: values are masked before.
/// </summary>
internal interface IResourceSource
{
    /// <summary>The console of the app host itself, which is no resource.</summary>
    const string Host = "apphost";

    ValueTask<IReadOnlyList<ShownResource>> All();

    /// <summary>At most <paramref name="most"/> lines of a console after the one of that number (0: from the first), the newest; null: no such resource.</summary>
    ConsoleLines? Console(string resource, long after, int most);

    /// <summary>What the consoles take of memory, and may at most.</summary>
    (long Bytes, long Most) ConsoleMemory();

    /// <summary><c>start</c>, <c>stop</c> or <c>restart</c>.</summary>
    /// <returns>Null when done, else why not, in French.</returns>
    Task<string?> Command(string resource, string command);
}
