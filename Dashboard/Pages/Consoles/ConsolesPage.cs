using Intervision.Dashboard.Pages.Resources;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Consoles;

/// <summary>The console of one resource, or of all merged by time: its last lines, which <see cref="ConsoleStream"/> then replaces and goes on.</summary>
internal static class ConsolesPage
{
    private const int LinesAtOnce = 200;

    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var all = await board.Resources.All();
        var names = (await MergedConsole.Names(board.Resources)).Order(StringComparer.Ordinal);
        var (resource, text) = (visitor["resource"], visitor["q"]);
        var (lines, _) = await new MergedConsole(board.Resources, resource, text).Next(LinesAtOnce);
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
            {(all.FirstOrDefault(r => r.Name == resource) is { } shown ? Commands(shown, visitor) : Html.Nothing)}
            <div class="console" role="log" aria-live="off" aria-label="{words.Consoles}" tabindex="0"
                 data-stream="/consoles/stream?{query}" data-omitted-text="{words.LinesOmitted("{0}")}" data-language="{words.Culture.Name}" data-merged="{(resource is null ? "true" : "false")}">{lines.TakeLast(LinesAtOnce).Select(l => Line(l, resource is null))}</div>
            <p class="muted" data-status data-paused-text="{words.Paused}" data-broken-text="{words.ConnectionLost}" data-live-text="{words.Live}">{words.Live}</p>
            <noscript><p class="notice">{words.ConsoleNeedsScript}</p></noscript>
            """), resource is null ? null : TimeSpan.FromSeconds(2));
    }

    /// <summary>What is read here is often why one starts it again.</summary>
    private static Html Commands(ShownResource resource, Visitor visitor) => Html.Of($"""
        <div class="bar" id="live" data-live>{ResourceParts.State(resource, visitor.Words)} {ResourceParts.Commands(resource, visitor)}</div>
        """);

    /// <summary>As the script writes those that come.</summary>
    private static Html Line(MergedLine line, bool merged) => Html.Of(
        $"""<div class="{(line.Line.IsError ? "error" : "")}"><span class="at">{Words.Clock(line.Line.Time)}</span>{(merged ? Html.Of($"""<span class="who">{line.Resource}</span>""") : Html.Nothing)}{line.Line.Text}</div>""");

    private static Html Option(string name, string? chosen) => Html.Of($"""<option{(name == chosen ? Html.Of($" selected") : Html.Nothing)}>{name}</option>""");
}
