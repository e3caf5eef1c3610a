using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Npgsql;

namespace Intervision.Membership.Places;

/// <summary>GET /lieux, for anybody with a browser, on the http endpoint only (DESIGN §6).</summary>
internal static class PlacesEndpoint
{
    public const string Path = "/lieux";

    /// <summary>The region has some twenty pôles; a page stays readable, and cheap, whatever the directory holds.</summary>
    public const int Most = 1000;

    public static void MapPlacesPage(this WebApplication app) =>
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], Serve).AllowAnonymous();

    private static async Task Serve(HttpContext context)
    {
        // HTTP/1.1 is what the http endpoint speaks and the grpc endpoint does not.
        if (!HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var page = await Render(context);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = PlacesPage.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(page, context.RequestAborted);
    }

    private static async Task<string> Render(HttpContext context)
    {
        var services = context.RequestServices;
        var today = Paris.DateOf(services.GetRequiredService<TimeProvider>().GetUtcNow());
        try
        {
            var rows = await services.GetRequiredService<Db>().Read(tx => PlaceStore.Page(tx, after: null, Most + 1, programme: null, today), context.RequestAborted);
            context.Response.Headers.CacheControl = "public, max-age=300";
            return PlacesPage.Of([.. rows.Take(Most).Select(r => r.ToProto())], isCut: rows.Count > Most);
        }
        catch (NpgsqlException lost)
        {
            services.GetRequiredService<ILogger<Program>>().LogWarning("Database unavailable during GET {Path}: {Reason}", Path, lost.Message);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "5";
            context.Response.Headers.CacheControl = "no-store";
            return PlacesPage.Unavailable();
        }
    }
}
