using System.Globalization;
using System.Collections.Concurrent;
using Spectre.Console;

namespace Intervision.Demo.Suite;

/// <summary>One line when a wait begins, one when it ends; never one per attempt.</summary>
internal sealed class Announcer(IAnsiConsole console)
{
    private readonly ConcurrentDictionary<string, bool> waiting = new(StringComparer.Ordinal);

    public void WaitsFor(string what, string message)
    {
        if (waiting.TryAdd(what, true))
        {
            Say(message);
        }
    }

    public void IsBack(string what)
    {
        if (waiting.TryRemove(what, out _))
        {
            Say($"{what} : de retour, la saison reprend.");
        }
    }

    public void Say(string message) => console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]{message}[/]");
}
