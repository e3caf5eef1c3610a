using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Consoles;

/// <summary>The console of one resource, or of all merged by time. The lines come by <see cref="ConsoleStream"/>.</summary>
internal static class ConsolesPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var names = (await board.Resources.All()).Select(r => r.Name).Order(StringComparer.Ordinal).ToList();
        var (resource, text) = (visitor["resource"], visitor["q"]);
        var query = $"resource={Uri.EscapeDataString(resource ?? "")}&q={Uri.EscapeDataString(text ?? "")}";
        return Layout.Page(visitor, Section.Consoles, words.Consoles, Html.Of($"""
            <h1>{words.Consoles}</h1>
            <form class="bar" data-autosubmit>
              <label for="resource">{words.Resource}</label>
              <select id="resource" name="resource"><option value="">{words.AllMerged}</option>{names.Select(n => Option(n, resource))}</select>
              <label for="q">{words.Filter}</label>
              <input id="q" name="q" type="search" value="{text}" maxlength="200">
              <button class="small">{words.Show}</button>
              <button type="button" class="small" data-pause aria-pressed="false" data-resume-text="{words.Resume}">{words.Pause}</button>
              <button type="button" class="small" data-clear>{words.Clear}</button>
              <a class="button small" href="/consoles/download?{query}" download>{words.Download}</a>
            </form>
            <div class="console" role="log" aria-live="off" aria-label="{words.Consoles}" tabindex="0"
                 data-stream="/consoles/stream?{query}" data-omitted-text="{words.LinesOmitted("{0}")}" data-language="{words.Culture.Name}" data-merged="{(resource is null ? "true" : "false")}"></div>
            <p class="muted" data-status data-paused-text="{words.Paused}" data-broken-text="{words.ConnectionLost}" data-live-text="{words.Live}">{words.Live}</p>
            <noscript><p class="notice">{words.ConsoleNeedsScript}</p></noscript>
            """));
    }

    private static Html Option(string name, string? chosen) => Html.Of($"""<option{(name == chosen ? Html.Of($" selected") : Html.Nothing)}>{name}</option>""");
}
