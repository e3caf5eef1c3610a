using Intervision.Dashboard.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Intervision.Dashboard.Access;

internal enum LoginProblem
{
    None,
    WrongOrUsed,
}

/// <summary><c>/login?t=TOKEN</c>, and the page for who has no token or a used one.</summary>
internal static class LoginPages
{
    public static void MapLogin(this WebApplication web, Gate gate, BrowserToken token, DashboardOptions options)
    {
        web.MapGet("/login", (HttpContext http, [FromQuery] string? t) =>
            http.Request.Headers["Sec-Purpose"].ToString().Contains("prefetch", StringComparison.Ordinal) ? Results.StatusCode(503)
            : t is null ? Ask(Visitor.Of(http), 200, LoginProblem.None)
            : Enter(http, gate, t));
        web.MapPost("/login", async (HttpContext http) => Enter(http, gate, (await http.Request.ReadFormAsync())["t"].ToString().Trim()));
        web.MapPost("/logout", (HttpContext http) =>
        {
            gate.LogOut(http);
            return Results.Redirect("/login");
        });
    }

    public static IResult Ask(Visitor visitor, int status, LoginProblem problem)
    {
        var words = visitor.Words;
        return Layout.Bare(visitor, words.LoginTitle, status, Html.Of($"""
            <h1>{words.LoginTitle}</h1>
            {(problem == LoginProblem.None ? Html.Nothing : Html.Of($"""<p class="notice bad" role="alert">{words.LoginTokenUsed}</p>"""))}
            <p>{words.LoginWhere}</p>
            <pre>Login to the dashboard at http://localhost:…/login?t=…</pre>
            <p>{words.LoginWhereRunSh} <code>./run.sh login</code></p>
            <form method="post" action="/login">
              <label for="t">{words.LoginToken}</label>
              <input id="t" name="t" autocomplete="off" spellcheck="false" required autofocus>
              <button>{words.LoginEnter}</button>
            </form>
            """));
    }

    private static IResult Enter(HttpContext http, Gate gate, string token)
    {
        var visitor = Visitor.Of(http);
        if (!gate.LogIn(http, token))
        {
            return Ask(visitor, StatusCodes.Status403Forbidden, LoginProblem.WrongOrUsed);
        }
        // Not a redirect: when the link was followed from another site's page, a strict cookie would not go along with it.
        return Layout.Bare(visitor, visitor.Words.LoginWelcome, 200,
            Html.Of($"""<h1>{visitor.Words.LoginWelcome}</h1><p><a href="/">{visitor.Words.LoginGoOn}</a></p>"""), goTo: "/");
    }
}
