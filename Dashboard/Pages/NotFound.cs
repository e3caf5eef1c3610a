using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

internal static class NotFound
{
    public static IResult Show(Visitor visitor, string? what = null) => Layout.Page(visitor, Section.None, visitor.Words.NotFound,
        Html.Of($"""<h1>{visitor.Words.NotFound}</h1><p>{what ?? visitor.Words.NotFoundHere}</p><p><a href="/">{visitor.Words.Overview}</a></p>"""), status: 404);
}
