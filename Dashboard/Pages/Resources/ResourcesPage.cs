using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Resources;

/// <summary>All resources, as a table or as the graph of who uses whom.</summary>
internal static class ResourcesPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var all = await board.Resources.All();
        var graph = visitor["view"] == "graph";
        var content = graph ? Graph.Draw(all, words) : Table(all, await ErrorsOf(visitor, board), visitor["sort"] ?? "name", visitor);
        return Layout.Page(visitor, Section.Resources, words.Resources, Html.Of($"""
            <h1>{words.Resources}</h1>
            <p class="tabs" role="group" aria-label="{words.View}">
              <a href="/resources"{Pressed(!graph)}>{words.ViewTable}</a>
              <a href="/resources?view=graph"{Pressed(graph)}>{words.ViewGraph}</a>
            </p>
            <div id="live" data-live>{content}</div>
            """), TimeSpan.FromSeconds(1));
    }

    private static Html Pressed(bool pressed) => pressed ? Html.Of($" aria-current=\"true\"") : Html.Nothing;

    /// <summary>The page stands without them: a store that is busy or gone is no reason to hide the resources.</summary>
    private static async Task<IReadOnlyDictionary<string, long>> ErrorsOf(Visitor visitor, Board board)
    {
        try
        {
            return await board.Telemetry.ErrorCounts(visitor.Cancelled);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Dictionary<string, long>(StringComparer.Ordinal);
        }
    }

    private static Html Table(IReadOnlyList<ShownResource> all, IReadOnlyDictionary<string, long> errors, string sort, Visitor visitor)
    {
        var words = visitor.Words;
        return Html.Of($"""
            <div class="scroll">
            <table class="resources">
              <caption class="sr">{words.Resources}</caption>
              <thead><tr>
                {Head("name", words.Name, sort, visitor)}{Head("state", words.State, sort, visitor)}{Head("started", words.Started, sort, visitor)}
                <th scope="col">{words.Endpoints}</th><th scope="col">{words.Logs}</th><th scope="col">{words.Actions}</th>
              </tr></thead>
              <tbody>{Sorted(all, sort).Select(r => Row(r, all, errors, visitor))}</tbody>
            </table>
            </div>
            """);
    }

    private static Html Head(string key, string name, string sort, Visitor visitor) => Html.Of($"""
        <th scope="col" aria-sort="{(sort == key ? "ascending" : "none")}"><a href="{visitor.With(("sort", key))}">{name}</a></th>
        """);

    /// <summary>Replicas of one resource stay together whatever the order.</summary>
    private static IEnumerable<ShownResource> Sorted(IReadOnlyList<ShownResource> all, string sort) => all
        .GroupBy(r => r.Group, StringComparer.Ordinal)
        .OrderBy(g => sort switch
        {
            "state" => g.Min(r => ResourceParts.Tone(r) switch { "bad" => "0", "off" => "1", "wait" => "2", "ok" => "3", _ => "4" }),
            "started" => g.Min(r => r.StartedAt?.ToString("O") ?? "~"),
            _ => g.Key,
        }, StringComparer.Ordinal)
        .ThenBy(g => g.Key, StringComparer.Ordinal)
        .SelectMany(g => g.OrderBy(r => r.Name, StringComparer.Ordinal));

    private static Html Row(ShownResource r, IReadOnlyList<ShownResource> all, IReadOnlyDictionary<string, long> errors, Visitor visitor)
    {
        var words = visitor.Words;
        var failed = errors.GetValueOrDefault(r.Name);
        return Html.Of($"""
            <tr id="resource-{r.Name}">
              <th scope="row" class="{(r.Group == r.Name ? "name" : "name replica")}"><a href="/resources/{r.Name}">{r.Name}</a> <span class="muted">{r.Type}</span></th>
              <td>{ResourceParts.State(r, words)}{Restarts(r, words)}{ResourceParts.Reason(r, all, words)}</td>
              <td>{(r.StartedAt is { } at ? words.Moment(at) : "—")}</td>
              <td>{ResourceParts.Endpoints(r)}</td>
              <td><a href="/consoles?resource={Uri.EscapeDataString(r.Name)}" aria-label="{words.Console} {r.Name}">{words.Console}</a>{(failed == 0 ? Html.Nothing : Html.Of($"""<br><a class="errors" href="/logs?level=17&amp;resource={Uri.EscapeDataString(r.Name)}">{words.Errors(failed)}</a>"""))}</td>
              <td>{ResourceParts.Commands(r, visitor)}</td>
            </tr>
            """);
    }

    private static Html Restarts(ShownResource r, Words words) =>
        r.Restarts == 0 ? Html.Nothing : Html.Of($""" <span class="muted">{words.Restarted(r.Restarts)}</span>""");
}
