using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Resources;

/// <summary>Pieces that the table, the graph and the page of one resource share.</summary>
internal static class ResourceParts
{
    /// <summary>Colour and word: never the colour alone.</summary>
    public static Html State(ShownResource resource, Words words) => Html.Of($"""<span class="state {Tone(resource)}">{StateWord(resource, words)}</span>""");

    public static string Tone(ShownResource resource) =>
        resource.IsWell ? (resource.State == "Finished" ? "done" : "ok")
        : resource.StoppedByHand ? "off"
        : resource.IsComing || resource is { Ready: true, Health: "Degraded" } ? "wait"
        : "bad";

    public static string StateWord(ShownResource resource, Words words) =>
        resource.StoppedByHand ? words.StateStopped
        : resource is { State: "Running", Health: "Healthy" } ? words.StateRunning
        : resource is { State: "Running", Ready: true, Health: "Degraded" } ? words.StateDegraded
        : resource is { State: "Running" } && resource.Checks.All(c => c.Status is null or "Healthy") ? words.StateStarting
        : resource is { State: "Running" } ? words.StateUnhealthy
        : resource is { State: "Finished", ExitCode: not (0 or null) } ? words.StateEndedWith(resource.ExitCode.Value)
        : words.States.GetValueOrDefault(resource.State, resource.State);

    /// <summary>Why it is not well, in one line.</summary>
    public static Html Reason(ShownResource resource, IReadOnlyList<ShownResource> all, Words words)
    {
        var check = resource.Checks.FirstOrDefault(c => c.Status is "Unhealthy" or "Degraded");
        var stopped = resource.RefersTo.Where(name => all.Any(other => other.Name == name && other.StoppedByHand)).ToList();
        return resource.Failure is { } failure ? Html.Of($"""<p class="reason">{failure}</p>""")
            : check is not null ? Html.Of($"""<p class="reason">{check.Name} : {check.Message}</p>""")
            : stopped.Count > 0 ? Html.Of($"""<p class="reason">{words.UsesStopped(string.Join(", ", stopped))}</p>""")
            : Html.Nothing;
    }

    public static Html Endpoints(ShownResource resource) => Html.Join(resource.Endpoints.Select(e => e.CanBeOpened && e.Name != "grpc"
        ? Html.Of($"""<a href="{e.Url}" target="_blank" rel="noopener noreferrer">{e.Url}</a> <span class="muted">{e.Name}</span><br>""")
        : Html.Of($"""<code>{e.Url}</code> <span class="muted">{e.Name}</span><br>""")));

    /// <summary>Who gives one stays on the page where it was given.</summary>
    public static Html Commands(ShownResource resource, Visitor visitor) => Html.Join(resource.Commands.Select(command => Html.Of($"""
        <form method="post" action="/resources/{resource.Name}/{command}?back={Uri.EscapeDataString(visitor.With(("problem", null)))}" class="inline"{Confirm(command, resource, visitor.Words)}>
          <button class="small" aria-label="{visitor.Words.Commands[command]} {resource.Name}">{visitor.Words.Commands[command]}</button>
        </form>
        """)));

    private static Html Confirm(string command, ShownResource resource, Words words) =>
        command == "start" ? Html.Nothing : Html.Of($" data-confirm=\"{words.ConfirmCommand(words.Commands[command], resource.Name)}\"");
}
