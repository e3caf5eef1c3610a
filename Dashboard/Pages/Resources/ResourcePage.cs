using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Resources;

/// <summary>One resource: state, checks, endpoints, who uses it and whom it uses, its environment without secrets.</summary>
internal static class ResourcePage
{
    public static async Task<IResult> Show(Visitor visitor, Board board, string name)
    {
        var words = visitor.Words;
        var all = await board.Resources.All();
        if (all.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } resource)
        {
            return NotFound.Show(visitor);
        }
        var users = all.Where(r => r.RefersTo.Contains(resource.Name, StringComparer.Ordinal)).Select(r => r.Name).ToList();
        return Layout.Page(visitor, Section.Resources, resource.Name, Html.Of($"""
            <p class="crumbs"><a href="/resources">{words.Resources}</a></p>
            <h1>{resource.Name} <span class="muted">{resource.Type}</span></h1>
            <div id="live" data-live>
              {Problem(visitor["problem"])}
              <div class="bar">{ResourceParts.State(resource, words)} {ResourceParts.Commands(resource, visitor)}
                <a class="button small" href="/consoles?resource={Uri.EscapeDataString(resource.Name)}">{words.Console}</a>
                <a class="button small" href="/logs?resource={Uri.EscapeDataString(resource.Group)}">{words.Logs}</a>
                <a class="button small" href="/traces?resource={Uri.EscapeDataString(resource.Group)}">{words.Traces}</a>
                <a class="button small" href="/metrics?resource={Uri.EscapeDataString(resource.Group)}">{words.Metrics}</a>
              </div>
              {ResourceParts.Reason(resource, all, words)}
              <dl class="facts">
                <dt>{words.Started}</dt><dd>{(resource.StartedAt is { } at ? words.Moment(at) : "—")}</dd>
                <dt>{words.Process}</dt><dd>{(resource.ProcessId is { } id ? $"{id}" : "—")}</dd>
                <dt>{words.ExitCode}</dt><dd>{(resource.ExitCode is { } code ? $"{code}" : "—")}</dd>
                <dt>{words.Restarts}</dt><dd>{words.Count(resource.Restarts)}</dd>
                <dt>{words.Endpoints}</dt><dd>{ResourceParts.Endpoints(resource)}</dd>
                <dt>{words.Uses}</dt><dd>{Links(resource.RefersTo)}</dd>
                <dt>{words.UsedBy}</dt><dd>{Links(users)}</dd>
              </dl>
              {Checks(resource, words)}
            </div>
            <h2>{words.Environment}</h2>
            {Parts.Table(words.Environment, Html.Of($"""
              <caption class="sr">{words.Environment}</caption>
              <thead><tr><th scope="col">{words.Name}</th><th scope="col">{words.Value}</th></tr></thead>
              <tbody>{resource.Environment.Select(v => Variable(v, words))}</tbody>
              """))}
            """), TimeSpan.FromSeconds(1));
    }

    private static Html Problem(string? problem) => problem is null ? Html.Nothing : Html.Of($"""<p class="notice bad" role="alert">{problem}</p>""");

    private static Html Links(IReadOnlyList<string> names) => names.Count == 0
        ? Html.Of($"—")
        : Html.Join(names.Select(n => Html.Of($"""<a href="/resources/{n}">{n}</a> """)));

    private static Html Checks(ShownResource resource, Words words) => resource.Checks.Count == 0 ? Html.Nothing : Html.Of($"""
        <h2>{words.HealthChecks}</h2>
        {Parts.Table(words.HealthChecks, Html.Of($"""
          <thead><tr><th scope="col">{words.Name}</th><th scope="col">{words.State}</th><th scope="col">{words.Message}</th></tr></thead>
          <tbody>{resource.Checks.Select(c => Html.Of($"""
            <tr><th scope="row">{c.Name}</th><td><span class="state {CheckTone(c.Status)}">{words.Healths.GetValueOrDefault(c.Status ?? "", c.Status ?? "")}</span></td><td>{c.Message}</td></tr>
            """))}</tbody>
          """))}
        """);

    private static string CheckTone(string? status) => status switch { "Healthy" => "ok", "Degraded" => "wait", "Unhealthy" => "bad", _ => "wait" };

    private static Html Variable(ShownVariable v, Words words) => Html.Of($"""
        <tr><th scope="row"><code>{v.Name}</code></th><td>{(v.Masked ? Html.Of($"""<span class="muted">•••••• {words.Masked}</span>""") : Html.Of($"""<code>{v.Value}</code>"""))}</td></tr>
        """);
}
