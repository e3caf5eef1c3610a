using System.Buffers.Text;
using System.Security.Cryptography;
using Intervision.ServiceDefaults.Pages;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Intervision.Scheduling.Feeds;

/// <summary>
/// GET /calendriers/{token}.ics, for whoever has the address. The address is a key:
/// it stays out of logs, scopes and spans.
/// </summary>
internal static class FeedEndpoint
{
    private const string Folder = "/calendriers";
    private const string Route = Folder + "/{token}.ics";
    private const int EtagBytes = 16;

    public static string PathOf(string token) => $"{Folder}/{token}.ics";

    /// <summary>
    /// The host's own log lines, and the scope it puts around everybody's, quote the path of the request; so do routing's and
    /// Kestrel's below Information.
    /// </summary>
    public static void KeepAddressesOutOfLogs(this ILoggingBuilder logging) => logging
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        .AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning);

    public static void MapCalendarFeeds(this WebApplication app)
    {
        app.Use(KeepAddressOutOfSpan);
        app.MapPublicPage(Route, Serve);
    }

    /// <summary>Also of addresses that lead nowhere: somebody's key with a slip of the pen is one still.</summary>
    private static Task KeepAddressOutOfSpan(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments(Folder, StringComparison.OrdinalIgnoreCase))
        {
            context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag("url.path", Route);
        }

        return next(context);
    }

    private static async Task Serve(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "private, no-cache";
        context.Response.KeepOutOfSearchEngines();
        if (await Read(context) is not { } calendar)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var etag = new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(SHA256.HashData(calendar).AsSpan(0, EtagBytes))}\"");
        headers.ETag = etag.ToString();
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(etag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = "text/calendar; charset=utf-8";
        context.Response.ContentLength = calendar.Length;
        await context.Response.Body.WriteAsync(calendar, context.RequestAborted);
    }

    private static Task<byte[]?> Read(HttpContext context)
    {
        var services = context.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        return services.GetRequiredService<Db>().Read(
            tx => FeedCalendar.Read(tx, context.Request.RouteValues["token"] as string ?? "", now), context.RequestAborted);
    }
}
