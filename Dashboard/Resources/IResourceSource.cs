namespace Intervision.Dashboard.Resources;

/// <summary>
/// What the dashboard knows of the running system. The app host is one source; a test or a benchmark is another.
/// Nothing secret comes through it: values are masked before.
/// </summary>
internal interface IResourceSource
{
    IReadOnlyList<ShownResource> All();

    /// <summary>All of them, now and after each change; changes that come together come once.</summary>
    IAsyncEnumerable<IReadOnlyList<ShownResource>> Changes(CancellationToken cancellation);

    /// <summary>What a resource has said on its console and goes on saying; null: no such resource.</summary>
    IAsyncEnumerable<IReadOnlyList<ConsoleLine>>? Console(string resource, CancellationToken cancellation);

    /// <summary><c>start</c>, <c>stop</c> or <c>restart</c>.</summary>
    /// <returns>Null when done, else why not, in French.</returns>
    Task<string?> Command(string resource, string command, CancellationToken cancellation);
}
