using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Resources;

/// <summary><c>start</c>, <c>stop</c> or <c>restart</c>, then back to where it was given, or to the resource with what went wrong.</summary>
internal static class GiveCommand
{
    public static async Task<IResult> Do(Visitor visitor, Board board, string name, string command)
    {
        var all = await board.Resources.All();
        if (all.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } resource)
        {
            return NotFound.Show(visitor);
        }
        // Its end may take as long as its grace period: the page shows it stopping, and does not wait for longer than a look.
        var done = board.Resources.Command(resource.Name, command);
        var problem = await Task.WhenAny(done, Task.Delay(TimeSpan.FromSeconds(1), board.Clock)) == done ? await done : null;
        return Results.LocalRedirect(problem is null ? visitor.Back ?? "/resources" : $"/resources/{resource.Name}?problem={Uri.EscapeDataString(problem)}");
    }
}
