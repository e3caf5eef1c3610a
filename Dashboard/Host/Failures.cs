using Intervision.Dashboard.Pages;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard;

/// <summary>A page that cannot be made says so; why is for the app host's console.</summary>
internal static class Failures
{
    public static async Task Tell(HttpContext http, RequestDelegate next, DashboardOptions options)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The browser has gone elsewhere.
        }
        catch (QueryTooSlowException) when (!http.Response.HasStarted)
        {
            await Page(http, 503, words => words.QueryTooSlow);
        }
        catch (Exception e) when (e is not BadHttpRequestException && !http.Response.HasStarted)
        {
            options.Complain(e);
            await Page(http, 500, words => words.FailedHere);
        }
    }

    private static Task Page(HttpContext http, int status, Func<Words, string> message)
    {
        var visitor = Visitor.Of(http);
        return Layout.Page(visitor, Section.None, visitor.Words.Failed, Html.Of($"""
            <h1>{visitor.Words.Failed}</h1>
            <p class="notice bad" role="alert">{message(visitor.Words)}</p>
            """), status: status).ExecuteAsync(http);
    }
}
