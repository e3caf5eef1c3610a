using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Logs;

/// <summary>Structured logs, newest first: by level, resource, text and attributes.</summary>
internal static class LogsPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var page = await board.Telemetry.Logs(Query(visitor, board), visitor.Cancelled);
        var keys = await board.Telemetry.LogKeys(visitor["resource"], visitor.Cancelled);
        return Layout.Page(visitor, Section.Logs, words.Logs, Html.Of($"""
            <h1>{words.Logs}</h1>
            <form class="bar" data-autosubmit>
              {await Parts.ResourceChoice(visitor, board)}
              <label for="level">{words.Level}</label>
              <select id="level" name="level">{Parts.Options(words.Levels.Where(l => l.Key > 1).Select(l => ($"{l.Key}", l.Value)).Prepend(("", words.AnyLevel)), visitor["level"])}</select>
              {Parts.RangeChoice(visitor, all: true)}
              <label for="q">{words.Filter}</label>
              <input id="q" name="q" type="search" value="{visitor["q"]}" maxlength="200">
              <label for="tag">{words.Attribute}</label>
              <input id="tag" name="tag" list="keys" placeholder="rpc.method=SubmitCase" maxlength="300" autocomplete="off">
              <datalist id="keys">{keys.Select(k => Html.Of($"""<option value="{k}="></option>"""))}</datalist>
              {visitor.All("tag").Select(tag => Html.Of($"""<input type="hidden" name="tag" value="{tag}">"""))}
              {(visitor["trace"] is { } trace ? Html.Of($"""<input type="hidden" name="trace" value="{trace}">""") : Html.Nothing)}
              <button class="small">{words.Show}</button>
              {Parts.LiveToggle(words)}
            </form>
            {LogFilters.Show(visitor)}
            <div id="live" data-live>{LogTable.Of(page.Items, words)}{Parts.Paging(visitor, page.Next)}</div>
            """), Parts.Follow(visitor));
    }

    private static LogQuery Query(Visitor visitor, Board board) => new()
    {
        From = board.Clock.GetUtcNow() - visitor.Range,
        Text = visitor["q"],
        Resource = visitor["resource"],
        MinimumSeverity = (int)Math.Clamp(visitor.Number("level") ?? 0, 0, 24),
        Tags = LogFilters.Of(visitor.All("tag")),
        TraceId = visitor["trace"],
        SpanId = visitor["span"],
        Before = visitor.Number("before"),
    };
}

internal static class LogTable
{
    public static Html Of(IReadOnlyList<LogRow> rows, Words words) => rows.Count == 0 ? Html.Of($"<p>{words.NothingFound}</p>") : Html.Of($"""
        <div class="scroll">
        <table class="stack">
          <caption class="sr">{words.Logs}</caption>
          <thead><tr><th scope="col" aria-sort="descending">{words.Time}</th><th scope="col">{words.Level}</th><th scope="col">{words.Resource}</th><th scope="col">{words.Message}</th><th scope="col">{words.Trace}</th></tr></thead>
          <tbody>{rows.Select(row => Row(row, words))}</tbody>
        </table>
        </div>
        """);

    private static Html Row(LogRow row, Words words) => Html.Of($"""
        <tr>
          <td class="time">{words.Moment(row.Time)}{Parts.Earlier(row.EarlierRun, words)}</td>
          <td><span class="state {Tone(row.Severity)}">{Level(row.Severity, words)}</span></td>
          <td>{Parts.Resource(row.Resource)}</td>
          <td class="text"><a href="/logs/{row.Id}">{Short(row.Message)}</a></td>
          <td class="time">{(row.TraceId is { } trace ? Html.Of($"""<a href="/traces/{trace}{(row.SpanId is { } span ? $"?span={span}" : "")}" aria-label="{words.Trace} {Parts.Short(trace)}"><code>{Parts.Short(trace)}</code></a>""") : Html.Nothing)}</td>
        </tr>
        """);

    public static string Level(int severity, Words words) =>
        words.Levels.Where(l => l.Key <= Math.Max(1, severity)).MaxBy(l => l.Key).Value;

    public static string Tone(int severity) => severity switch { >= 17 => "bad", >= 13 => "wait", _ => "off" };

    private static string Short(string message) => message.Length == 0 ? "—" : message.Length <= 400 ? message : message[..400] + "…";
}
