using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.ServiceDefaults.Pages;

/// <summary>What anybody who has the address may read with a browser or a calendar, on the http endpoint only (DESIGN §6).</summary>
public static class PublicPages
{
    /// <param name="app">The service.</param>
    /// <param name="route">GET and HEAD of it. It is what logs say, never the address asked for: that may be a key.</param>
    /// <param name="serve">Sets headers before it asks the database, and writes only once it has all it needs.</param>
    /// <param name="unavailable">Shown with status 503 while the database is away.</param>
    public static void MapPublicPage(this WebApplication app, string route, RequestDelegate serve, string unavailable = "") =>
        app.MapMethods(route, [HttpMethods.Get, HttpMethods.Head], async context =>
        {
            // HTTP/1.1 is what the http endpoint speaks and the grpc endpoint does not.
            if (!HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            try
            {
                await serve(context);
            }
            catch (NpgsqlException lost) when (!context.Response.HasStarted)
            {
                app.Logger.LogWarning("Database unavailable during GET {Route}: {Kind}", route, lost.GetType().Name);
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "5";
                context.Response.Headers.CacheControl = "no-store";
                await context.Response.WriteAsync(unavailable, context.RequestAborted);
            }
        }).AllowAnonymous();

    /// <summary>Names and cases leave a page when their bearers wish: no search engine keeps them.</summary>
    public static void KeepOutOfSearchEngines(this HttpResponse response) => response.Headers["X-Robots-Tag"] = "noindex, noarchive";
}
