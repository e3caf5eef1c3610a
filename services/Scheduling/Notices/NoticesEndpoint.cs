using Intervision.ServiceDefaults.Pages;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Notices;

/// <summary>GET /seances and /seances.atom, for anybody with a browser.</summary>
internal static class NoticesEndpoint
{
    public const string Path = "/seances";
    public const string FeedPath = "/seances.atom";

    /// <summary>The region has some two hundred sessions a year; a page stays readable, and cheap, whatever is published.</summary>
    public const int Most = 500;

    public static void MapNotices(this WebApplication app)
    {
        app.MapPublicPage(Path, context => Serve(context, "text/html; charset=utf-8", (notices, cut, _) => NoticesPage.Of(notices, cut)), NoticesPage.Unavailable());
        app.MapPublicPage(FeedPath, context => Serve(
            context, "application/atom+xml; charset=utf-8", (notices, _, now) => NoticesFeed.Of(notices, $"{context.Request.Scheme}://{context.Request.Host}", now)));
    }

    private static async Task Serve(HttpContext context, string contentType, Func<IReadOnlyList<Notice>, bool, DateTimeOffset, string> render)
    {
        var services = context.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        context.Response.ContentType = contentType;
        context.Response.Headers.ContentSecurityPolicy = NoticesPage.ContentSecurityPolicy;
        context.Response.Headers.CacheControl = "public, max-age=60";
        context.Response.KeepOutOfSearchEngines();
        var found = await services.GetRequiredService<Db>().Read(tx => Notice.From(tx, Paris.DateOf(now), Most + 1), context.RequestAborted);
        await context.Response.WriteAsync(render([.. found.Take(Most)], found.Count > Most, now), context.RequestAborted);
    }
}
