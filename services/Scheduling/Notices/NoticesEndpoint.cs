using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Npgsql;

namespace Intervision.Scheduling.Notices;

/// <summary>GET /seances and /seances.atom, for anybody with a browser, on the http endpoint only (DESIGN §6).</summary>
internal static class NoticesEndpoint
{
    public const string Path = "/seances";
    public const string FeedPath = "/seances.atom";

    /// <summary>The region has some two hundred sessions a year; a page stays readable, and cheap, whatever is published.</summary>
    public const int Most = 500;

    public static void MapNotices(this WebApplication app)
    {
        string[] read = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods(Path, read, context => Serve(context, "text/html; charset=utf-8", (notices, cut, _) => NoticesPage.Of(notices, cut), NoticesPage.Unavailable())).AllowAnonymous();
        app.MapMethods(FeedPath, read, context => Serve(
            context, "application/atom+xml; charset=utf-8", (notices, _, now) => NoticesFeed.Of(notices, $"{context.Request.Scheme}://{context.Request.Host}", now), "")).AllowAnonymous();
    }

    private static async Task Serve(HttpContext context, string contentType, Func<IReadOnlyList<Notice>, bool, DateTimeOffset, string> render, string unavailable)
    {
        // HTTP/1.1 is what the http endpoint speaks and the grpc endpoint does not.
        if (!HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = NoticesPage.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // Names leave the list when their bearers wish: no search engine keeps them.
        headers["X-Robots-Tag"] = "noindex, noarchive";
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(await Render(context, render, unavailable), context.RequestAborted);
    }

    private static async Task<string> Render(HttpContext context, Func<IReadOnlyList<Notice>, bool, DateTimeOffset, string> render, string unavailable)
    {
        var services = context.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        try
        {
            var found = await services.GetRequiredService<Db>().Read(tx => Notice.From(tx, Paris.DateOf(now), Most + 1), context.RequestAborted);
            context.Response.Headers.CacheControl = "public, max-age=60";
            return render([.. found.Take(Most)], found.Count > Most, now);
        }
        catch (NpgsqlException lost)
        {
            services.GetRequiredService<ILogger<Program>>().LogWarning("Database unavailable during GET {Path}: {Kind}", Path, lost.GetType().Name);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "5";
            context.Response.Headers.CacheControl = "no-store";
            return unavailable;
        }
    }
}
