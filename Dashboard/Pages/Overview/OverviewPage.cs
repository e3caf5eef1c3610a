using Intervision.Dashboard.Pages.Resources;
using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Overview;

/// <summary>The first page: is the region's suite well, and why not.</summary>
internal static class OverviewPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var resources = await board.Resources.All();
        var (told, trouble) = await Told(visitor, board);
        var state = SuiteState.Of(resources, told, board.Clock.GetUtcNow(), words);
        return Layout.Page(visitor, Section.Overview, words.Overview, Html.Of($"""
            <h1>{words.Overview}</h1>
            <div id="live" data-live>
              {Verdict(state, words)}
              {(trouble ? Html.Of($"""<p class="notice">{words.TelemetryTrouble}</p>""") : Html.Nothing)}
              <ul class="tiles">{state.Tiles.Select(t => Tile(t, words))}</ul>
              <h2>{words.Resources}</h2>
              <ul class="chips">{resources.Select(r => Chip(r, words))}</ul>
            </div>
            """), TimeSpan.FromSeconds(2));
    }

    /// <summary>The page stands, and says so, when measurements cannot be read.</summary>
    private static async Task<(IReadOnlyList<LatestValue> Told, bool Trouble)> Told(Visitor visitor, Board board)
    {
        var now = board.Clock.GetUtcNow();
        var told = new List<LatestValue>();
        try
        {
            foreach (var (over, instruments) in SuiteState.Wanted)
            {
                var values = over == TimeSpan.Zero
                    ? await board.Telemetry.Latest(instruments, visitor.Cancelled)
                    : await board.Telemetry.Latest(instruments, now - over, visitor.Cancelled);
                told.AddRange(values.Select(v => v with { Over = over }));
            }
            return (told, false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return ([], true);
        }
    }

    private static Html Verdict(SuiteState state, Words words) =>
        state.IsWell ? Html.Of($"""<p class="notice ok" role="status"><strong>{words.AllIsWell}</strong></p>""")
        : state.Reasons.Count == 0 ? Html.Of($"""<p class="notice" role="status"><strong>{words.IsStarting}</strong></p>""")
        : Html.Of($"""
            <div class="notice bad" role="status"><strong>{words.NotAllIsWell}</strong>
              <ul>{state.Reasons.Select(r => Html.Of($"""<li><a href="{r.Address}">{r.Text}</a></li>"""))}</ul>
            </div>
            """);

    private static Html Tile(Tile tile, Words words) => Html.Of($"""
        <li class="tile {(tile.Bad ? "bad" : "")}">
          <h2><a href="{tile.Address}">{tile.Title}</a></h2>
          <p class="big">{(tile.Value is { } value ? Html.Of($"{value}") : Html.Of($"""<span class="muted">{words.NotMeasuredYet}</span>"""))}</p>
          <span class="muted">{tile.Detail}</span>
        </li>
        """);

    private static Html Chip(ShownResource resource, Words words) => Html.Of(
        $"""<li><a class="state {ResourceParts.Tone(resource)}" href="/resources/{resource.Name}">{resource.Name} · {ResourceParts.StateWord(resource, words)}</a></li>""");
}
