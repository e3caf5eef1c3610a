namespace Intervision.Dashboard;

/// <summary>
/// The pages are asked for once, as a browser would, before anybody is told where they are: what a first request costs beyond
/// the next (the compiler, connections to the store) is spent while the suite starts, not while its first reader waits.
/// </summary>
internal static class Rehearsal
{
    private static readonly string[] Pages = ["/login", "/", Assets.Style, Assets.Script, Assets.Icon, "/resources", "/consoles", "/logs", "/traces", "/metrics"];

    public static async Task Of(Uri address, string cookie, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        http.DefaultRequestHeaders.Add("Cookie", cookie);
        foreach (var page in Pages)
        {
            using var answer = await http.GetAsync(new Uri(page, UriKind.Relative), cancellation);
        }
    }
}
