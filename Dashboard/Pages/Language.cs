using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Intervision.Dashboard.Pages;

/// <summary>French or English, kept a year.</summary>
internal static class Language
{
    public static IResult Choose(HttpContext http, [FromQuery] string? to)
    {
        if (to is "fr" or "en")
        {
            http.Response.Cookies.Append(Visitor.LanguageCookie, to, new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365), HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true,
            });
        }
        return Results.LocalRedirect(Visitor.Of(http).Back ?? "/");
    }
}
