using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

/// <summary>What a script may ask without a login: states, nothing of what is in the resources.</summary>
internal static class ForScripts
{
    /// <summary>200 when every step has ended well and everything else is ready and healthy.</summary>
    public static async Task<IResult> Health(Board board)
    {
        var all = await board.Resources.All();
        return all.Count > 0 && all.All(r => r.IsWell) ? Results.Text("Healthy") : Results.Text("Unhealthy", statusCode: 503);
    }

    /// <summary>That something failed is told to all; why, which may quote its console, takes a login.</summary>
    public static async Task<IResult> Resources(Visitor visitor, Board board) => Results.Json((await board.Resources.All()).Select(r => new
    {
        r.Name, r.Type, r.State, r.Health, r.Ready, r.ExitCode, r.ProcessId, r.Restarts, r.StartedAt,
        Failed = r.Failure is not null, Failure = visitor.IsLoggedIn ? r.Failure : null, r.Endpoints,
    }));
}
