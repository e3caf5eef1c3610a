using Intervision.Dashboard.Pages.Consoles;
using Intervision.Dashboard.Pages.Logs;
using Intervision.Dashboard.Pages.Metrics;
using Intervision.Dashboard.Pages.Overview;
using Intervision.Dashboard.Pages.Resources;
using Intervision.Dashboard.Pages.Traces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

/// <summary>Every address of the dashboard.</summary>
internal static class Routes
{
    public static void MapPages(this WebApplication web, Board board)
    {
        web.MapGet("/assets/{name}", Assets.Get);
        web.MapGet("/language", Language.Choose);
        Show(web, "/health", _ => ForScripts.Health(board));
        Show(web, "/api/resources", visitor => ForScripts.Resources(visitor, board));

        Show(web, "/", visitor => OverviewPage.Show(visitor, board));
        Show(web, "/resources", visitor => ResourcesPage.Show(visitor, board));
        Show(web, "/resources/{name}", (visitor, name) => ResourcePage.Show(visitor, board, name));
        web.MapPost("/resources/{name}/{command}", (string name, string command, HttpContext http) => GiveCommand.Do(Visitor.Of(http), board, name, command));
        Show(web, "/consoles", visitor => ConsolesPage.Show(visitor, board));
        web.MapGet("/consoles/stream", (HttpContext http) => ConsoleStream.Follow(http, board));
        Show(web, "/consoles/download", visitor => ConsoleDownload.Get(visitor, board));
        Show(web, "/logs", visitor => LogsPage.Show(visitor, board));
        Show(web, "/logs/{name}", (visitor, id) => LogPage.Show(visitor, board, id));
        Show(web, "/traces", visitor => TracesPage.Show(visitor, board));
        Show(web, "/traces/{name}", (visitor, id) => TracePage.Show(visitor, board, id));
        Show(web, "/metrics", visitor => MetricsPage.Show(visitor, board));
        Show(web, "/search", visitor => SearchPage.Show(visitor, board));
        Show(web, "/usage", visitor => UsagePage.Show(visitor, board));
        web.MapPost("/usage/clear", async (HttpContext http) => await (await UsagePage.Clear(Visitor.Of(http), board)).ExecuteAsync(http));

        // The addresses of the genuine dashboard, for bookmarks and habits.
        Show(web, "/consolelogs", visitor => ConsolesPage.Show(visitor, board));
        Show(web, "/structuredlogs", visitor => LogsPage.Show(visitor, board));
        Show(web, "/traces/detail/{name}", (visitor, id) => TracePage.Show(visitor, board, id));
        Show(web, "/consolelogs/resource/{name}", (_, name) => Task.FromResult(Results.Redirect(Of("/consoles", name))));
        Show(web, "/structuredlogs/resource/{name}", async (_, name) => Results.Redirect(Of("/logs", await Teller(board, name))));
        Show(web, "/metrics/resource/{name}/{**instrument}", async (_, name) => Results.Redirect(Of("/metrics", await Teller(board, name))));
        web.MapFallback((HttpContext http) => NotFound.Show(Visitor.Of(http)));
    }

    private static string Of(string page, string resource) => $"{page}?resource={Uri.EscapeDataString(resource)}";

    /// <summary>What a replica tells bears its project's name.</summary>
    private static async Task<string> Teller(Board board, string resource) =>
        (await board.Resources.All()).FirstOrDefault(r => string.Equals(r.Name, resource, StringComparison.OrdinalIgnoreCase))?.Group ?? resource;

    /// <summary>Run here: a lambda from HttpContext to Task would be taken for one that has answered already.</summary>
    private static void Show(WebApplication web, string path, Func<Visitor, Task<IResult>> page) =>
        web.MapGet(path, async (HttpContext http) => await (await page(Visitor.Of(http))).ExecuteAsync(http));

    private static void Show(WebApplication web, string path, Func<Visitor, string, Task<IResult>> page) =>
        web.MapGet(path, (string name, HttpContext http) => page(Visitor.Of(http), name));
}
