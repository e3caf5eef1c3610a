using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Traces;

/// <summary>Traces, newest first: by text, resource, duration and error.</summary>
internal static class TracesPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var page = await board.Telemetry.Traces(Query(visitor, board), visitor.Cancelled);
        return Layout.Page(visitor, Section.Traces, words.Traces, Html.Of($"""
            <h1>{words.Traces}</h1>
            <form class="bar" data-autosubmit>
              {await Parts.ResourceChoice(visitor, board)}
              {Parts.RangeChoice(visitor, all: true)}
              <label for="q">{words.Filter}</label>
              <input id="q" name="q" type="search" value="{visitor["q"]}" maxlength="200">
              <label for="ms">{words.MinimumDuration}</label>
              <input id="ms" name="ms" type="number" min="0" step="any" value="{visitor["ms"]}">
              <label><input type="checkbox" name="errors" value="1"{(visitor["errors"] is null ? Html.Nothing : Html.Of($" checked"))}> {words.OnlyErrors}</label>
              <button class="small">{words.Show}</button>
              {Parts.LiveToggle(words)}
            </form>
            <div id="live" data-live>{Table(page.Items, words)}{Parts.Paging(visitor, page.Next)}</div>
            """), Parts.Follow(visitor));
    }

    private static TraceQuery Query(Visitor visitor, Board board) => new()
    {
        From = board.Clock.GetUtcNow() - visitor.Range,
        Text = visitor["q"],
        Resource = visitor["resource"],
        MinimumDuration = visitor.Decimal("ms") is { } ms and > 0 ? TimeSpan.FromMilliseconds(Math.Min(ms, 1e12)) : null,
        OnlyErrors = visitor["errors"] is not null,
        Before = visitor.Number("before"),
    };

    private static Html Table(IReadOnlyList<TraceRow> rows, Words words) => rows.Count == 0 ? Html.Of($"<p>{words.NothingFound}</p>") : Html.Of($"""
        <div class="scroll">
        <table class="stack">
          <caption class="sr">{words.Traces}</caption>
          <thead><tr><th scope="col" aria-sort="descending">{words.Time}</th><th scope="col">{words.Name}</th><th scope="col">{words.Spans}</th><th scope="col" class="number">{words.Duration}</th></tr></thead>
          <tbody>{rows.Select(row => Row(row, words))}</tbody>
        </table>
        </div>
        """);

    private static Html Row(TraceRow row, Words words) => Html.Of($"""
        <tr>
          <td class="time">{words.Moment(row.Start)}{Parts.Earlier(row.EarlierRun, words)}</td>
          <td class="text"><a href="/traces/{row.TraceId}">{row.Resource} : {row.Name}</a> <code class="muted">{Parts.Short(row.TraceId)}</code>
            {(row.HasRoot ? Html.Nothing : Html.Of($"""<span class="muted">({words.NoRoot})</span>"""))}
            {(row.Errors == 0 ? Html.Nothing : Html.Of($"""<span class="state bad">{words.Errors(row.Errors)}</span>"""))}</td>
          <td>{row.Resources.Select(r => Html.Of($"""<span class="{Parts.Colour(r.Resource)}"><span class="swatch"></span></span>{r.Resource} ({r.Spans}) """))}</td>
          <td class="number">{words.Span(row.Duration)}</td>
        </tr>
        """);
}
