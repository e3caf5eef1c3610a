using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Pages;
using Intervision.ServiceDefaults.Persistence;
using Microsoft.Extensions.Primitives;

namespace Intervision.Intake.Library;

/// <summary>GET /bibliotheque and /bibliotheque/{id}, for anybody with a browser.</summary>
internal static class LibraryEndpoint
{
    public const string Path = "/bibliotheque";
    private const int PageSize = 20;

    public static void MapLibraryPages(this WebApplication app)
    {
        var unavailable = LibraryPage.Sorry("La bibliothèque est momentanément indisponible : réessayez dans un instant.");
        app.MapPublicPage(Path, context => Serve(context, Found), unavailable);
        app.MapPublicPage($"{Path}/{{id}}", context => Serve(context, Whole), unavailable);
    }

    private static async Task Serve(HttpContext context, Func<HttpContext, Task<string>> render)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = LibraryPage.ContentSecurityPolicy;
        // What is taken out of the library must not live on in a cache.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.KeepOutOfSearchEngines();
        await context.Response.WriteAsync(await Render(context, render), context.RequestAborted);
    }

    private static async Task<string> Render(HttpContext context, Func<HttpContext, Task<string>> render)
    {
        try
        {
            return await render(context);
        }
        catch (RuleBroken broken)
        {
            context.Response.StatusCode = broken.Code switch
            {
                StatusCode.NotFound => StatusCodes.Status404NotFound,
                StatusCode.ResourceExhausted => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status400BadRequest,
            };
            return LibraryPage.Sorry(broken.Code == StatusCode.NotFound ? "Cette situation n'est pas, ou n'est plus, dans la bibliothèque." : broken.French);
        }
    }

    private static async Task<string> Found(HttpContext context)
    {
        var query = context.Request.Query;
        var request = new SearchLibraryRequest
        {
            PageSize = PageSize,
            PageToken = Text(query["page"]),
            Query = Text(query["q"]),
            Motive = Text(query["motif"]),
            Product = Text(query["produit"]),
            AgeBand = Text(query["age"]),
            Area = Text(query["territoire"]),
            Orientation = Text(query["orientation"]),
            Quarter = Text(query["trimestre"]),
        };
        WireText.MustBeStorable(request);
        var services = context.RequestServices;
        var answer = await services.GetRequiredService<SearchLibrary>().Handle(request, context.RequestAborted);
        var choices = await services.GetRequiredService<ReadingRoom>().Enter(
            () => services.GetRequiredService<Db>().Read(LibraryChoices.Load, context.RequestAborted), context.RequestAborted);
        return LibraryPage.Found(request, answer, choices);
    }

    private static async Task<string> Whole(HttpContext context)
    {
        var request = new GetLibraryCaseRequest { Name = $"libraryCases/{context.Request.RouteValues["id"]}" };
        return LibraryPage.Whole((await context.RequestServices.GetRequiredService<GetLibraryCase>().Handle(request, context.RequestAborted)).Case);
    }

    /// <summary>The first, when a name is there twice.</summary>
    private static string Text(StringValues values) => values.Count > 0 ? values[0] ?? "" : "";
}
