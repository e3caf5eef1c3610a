using System.Globalization;
using Intervision.Dashboard.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Logs;

/// <summary>One log entry whole.</summary>
internal static class LogPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board, string id)
    {
        var words = visitor.Words;
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || await board.Telemetry.Log(number, visitor.Cancelled) is not { } entry)
        {
            return NotFound.Show(visitor);
        }
        var row = entry.Row;
        return Layout.Page(visitor, Section.Logs, words.Details, Html.Of($"""
            <p class="crumbs"><a href="/logs">{words.Logs}</a></p>
            <h1>{words.Details}</h1>
            <pre class="message" tabindex="0" aria-label="{words.Message}">{row.Message}</pre>
            <dl class="facts">
              <dt>{words.Time}</dt><dd>{words.Moment(row.Time)}{Parts.Earlier(row.EarlierRun, words)}</dd>
              {(entry.ClaimedTime is { } claimed ? Html.Of($"<dt>{words.ClaimedTime}</dt><dd>{words.Moment(claimed)}</dd>") : Html.Nothing)}
              <dt>{words.Level}</dt><dd><span class="state {LogTable.Tone(row.Severity)}">{LogTable.Level(row.Severity, words)}</span></dd>
              <dt>{words.Resource}</dt><dd>{Parts.Resource(row.Resource)} <span class="muted">{row.Instance}</span></dd>
              <dt>{words.Category}</dt><dd>{row.Category}</dd>
              {(entry.EventName is { } name ? Html.Of($"<dt>{words.EventName}</dt><dd>{name}</dd>") : Html.Nothing)}
              {(row.TraceId is { } trace ? Html.Of($"""<dt>{words.Trace}</dt><dd><a href="/traces/{trace}{(row.SpanId is { } span ? $"?span={span}" : "")}"><code>{trace}</code></a></dd>""") : Html.Nothing)}
            </dl>
            {(entry.DroppedTags == 0 ? Html.Nothing : Html.Of($"""<p class="notice">{words.DroppedTags(entry.DroppedTags)}</p>"""))}
            {FilterLinks(entry.Tags, visitor)}
            {Parts.Tags(entry.ResourceTags, words.ResourceAttributes)}
            """));
    }

    /// <summary>Each attribute leads to the logs that have the same.</summary>
    private static Html FilterLinks(IReadOnlyList<Tag> tags, Visitor visitor) => tags.Count == 0 ? Html.Nothing : Html.Of($"""
        <h3>{visitor.Words.Attributes}</h3>
        <div class="scroll"><table><tbody>{tags.Select(t => Html.Of($"""
          <tr><th scope="row"><code>{t.Key}</code></th><td><a href="/logs?tag={Uri.EscapeDataString($"{t.Key}={t.Value}")}"><code>{t.Value}</code></a></td></tr>
          """))}</tbody></table></div>
        """);
}
