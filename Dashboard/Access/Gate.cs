using Intervision.Dashboard.Pages;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Access;

/// <summary>Who is not logged in sees the login page; nobody else's page gives commands here.</summary>
internal sealed class Gate(DashboardOptions options, BrowserToken token)
{
    private readonly BrowserSessions _sessions = new(options.Clock);

    /// <summary>With the port: cookies of localhost are shared by every port of it.</summary>
    private string Cookie => $"intervision-dashboard-{options.Address.Port}";

    public async Task Pass(HttpContext http, RequestDelegate next)
    {
        if (!IsReading(http.Request) && !IsFromOurPages(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        var isIn = options.Unsecured || _sessions.Knows(http.Request.Cookies[Cookie]);
        if (isIn || IsOpen(http.Request))
        {
            Visitor.Admit(http, isIn);
            await next(http);
            return;
        }
        var login = LoginPages.Ask(Visitor.Of(http), StatusCodes.Status401Unauthorized, LoginProblem.None);
        await login.ExecuteAsync(http);
    }

    public bool LogIn(HttpContext http, string? given)
    {
        if (!token.Use(given))
        {
            return false;
        }
        http.Response.Cookies.Append(Cookie, _sessions.Open(), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            MaxAge = BrowserSessions.Life,
            Path = "/",
            IsEssential = true,
        });
        return true;
    }

    public void LogOut(HttpContext http)
    {
        _sessions.Close(http.Request.Cookies[Cookie]);
        http.Response.Cookies.Delete(Cookie);
    }

    /// <summary>A session of the dashboard's own, for as long as it reads its pages itself.</summary>
    /// <param name="read">Given what the header "cookie" must say.</param>
    public async Task AsReader(Func<string, Task> read)
    {
        var secret = _sessions.Open();
        try
        {
            await read($"{Cookie}={secret}");
        }
        finally
        {
            _sessions.Close(secret);
        }
    }

    private static bool IsReading(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>
    /// Browsers say where a form comes from: today's with Sec-Fetch-Site, the others with Origin. Whoever says nothing is no
    /// browser, and has no cookie to abuse.
    /// </summary>
    private static bool IsFromOurPages(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site
            ? site == "same-origin"
            : origin.Length == 0 || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What scripts wait for, and what the login page itself needs.</summary>
    private static bool IsOpen(HttpRequest request) =>
        request.Path.Value is "/health" or "/api/resources" or "/login" or "/language" || request.Path.StartsWithSegments("/assets", StringComparison.Ordinal);
}
