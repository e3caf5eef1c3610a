using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Intervision.Dashboard.Pages;

/// <summary>French or English, kept a year.</summary>
internal static class Language
{
    public static IResult Choose(HttpContext http, [FromQuery] string? to, [FromQuery] string? back)
    {
        if (to is "fr" or "en")
        {
            http.Response.Cookies.Append(Visitor.LanguageCookie, to, new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365), HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true,
            });
        }
        return Results.LocalRedirect(IsOurs(back) ? back! : "/");
    }

    /// <summary>A path of this site: « //elsewhere » and « /\elsewhere » are addresses of others.</summary>
    private static bool IsOurs(string? path) =>
        path is { Length: > 0 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl);
}
