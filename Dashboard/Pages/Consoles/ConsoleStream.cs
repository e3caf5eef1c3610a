using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Consoles;

/// <summary>
/// Server-sent events: the last thousand lines, then what comes, ten times a second and at most a thousand lines each time. A
/// browser that does not read stops this loop, not the resource: when it reads again it is told how many lines went by.
/// </summary>
internal static class ConsoleStream
{
    private const int Most = 1_000;
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(0.1);

    private sealed record Batch(long Omitted, IEnumerable<object> Lines);

    public static IResult Follow(HttpContext http, Board board)
    {
        var visitor = Visitor.Of(http);
        var console = new MergedConsole(board.Resources, visitor["resource"], visitor["q"]);
        return TypedResults.ServerSentEvents(Batches(console, visitor, board.Clock, http.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<Batch>> Batches(
        MergedConsole console, Visitor visitor, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // A word at once, so that the browser knows the line is open.
        for (var first = true; ; first = false)
        {
            var (lines, omitted) = await console.Next(Most);
            if (first || lines.Count > 0 || omitted > 0)
            {
                yield return new(new Batch(omitted, lines.Select(l => new
                {
                    resource = l.Resource, time = Texts.Words.Clock(l.Line.Time), text = l.Line.Text, error = l.Line.IsError,
                })));
            }
            await Task.Delay(Glance, clock, cancellation);
        }
    }
}
