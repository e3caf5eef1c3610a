using Intervision.ServiceDefaults.Pages;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Places;

/// <summary>GET /lieux, for anybody with a browser.</summary>
internal static class PlacesEndpoint
{
    public const string Path = "/lieux";

    /// <summary>The region has some twenty pôles; a page stays readable, and cheap, whatever the directory holds.</summary>
    public const int Most = 1000;

    public static void MapPlacesPage(this WebApplication app) => app.MapPublicPage(Path, Serve, PlacesPage.Unavailable());

    private static async Task Serve(HttpContext context)
    {
        var services = context.RequestServices;
        var today = Paris.DateOf(services.GetRequiredService<TimeProvider>().GetUtcNow());
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = PlacesPage.ContentSecurityPolicy;
        context.Response.Headers.CacheControl = "public, max-age=300";
        var rows = await services.GetRequiredService<Db>().Read(tx => PlaceStore.Page(tx, after: null, Most + 1, programme: null, today), context.RequestAborted);
        await context.Response.WriteAsync(PlacesPage.Of([.. rows.Take(Most).Select(r => r.ToProto())], isCut: rows.Count > Most), context.RequestAborted);
    }
}
