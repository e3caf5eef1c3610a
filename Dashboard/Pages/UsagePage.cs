using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

/// <summary>What the telemetry takes of disk and memory, within which limits, and what was not kept.</summary>
internal static class UsagePage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var usage = await board.Telemetry.Usage(visitor.Cancelled);
        var consoles = board.Resources.ConsoleMemory();
        return Layout.Page(visitor, Section.Usage, words.Usage, Html.Of($"""
            <h1>{words.Usage}</h1>
            {(usage.PutAside is { } aside ? Html.Of($"""<p class="notice">{words.FilePutAside(aside.Problem, aside.File)}</p>""") : Html.Nothing)}
            <div id="live" data-live>
            <dl class="facts">
              <dt>{words.DiskFile}</dt><dd>{words.Bytes(usage.FileBytes)} ({words.Bytes(usage.UsedBytes)} / {words.Bytes(usage.LimitBytes)})</dd>
              <dt>{words.Queue}</dt><dd>{words.Bytes(usage.QueuedBytes)} / {words.Bytes(usage.QueueLimitBytes)}</dd>
              <dt>{words.Memory}</dt><dd>{words.Bytes(usage.ProcessBytes)}, {words.ManagedMemory} {words.Bytes(usage.ManagedBytes)}</dd>
              <dt>{words.Consoles}</dt><dd>{words.Bytes(consoles.Bytes)} / {words.Bytes(consoles.Most)}</dd>
              <dt>{words.RunStarted}</dt><dd>{words.Moment(usage.RunStarted)}</dd>
              <dt>{words.Runs}</dt><dd>{words.Count(usage.Runs)}</dd>
            </dl>
            <h2>{words.Stored}</h2>
            {Parts.Table(words.Stored, Html.Of($"""
              <thead><tr><th scope="col">{words.Kind}</th><th scope="col" class="number">{words.Rows}</th><th scope="col" class="number">{words.Limit}</th><th scope="col">{words.Oldest}</th></tr></thead>
              <tbody>{usage.Kinds.Select(k => Html.Of($"""
                <tr><th scope="row">{Kind(k.Kind, words)}</th><td class="number">{words.Count(k.Rows)}</td><td class="number">{words.Count(k.Limit)}</td><td class="time">{(k.Oldest is { } at ? words.Moment(at) : "—")}</td></tr>
                """))}</tbody>
              """))}
            <h2>{words.Dropped}</h2>
            {Dropped(usage.Dropped, words)}
            </div>
            <form method="post" action="/usage/clear" class="bar" data-confirm="{words.ConfirmRemove}"><button>{words.RemoveAll}</button></form>
            """), TimeSpan.FromSeconds(2));
    }

    public static async Task<IResult> Clear(Visitor visitor, Board board)
    {
        await board.Telemetry.Clear(resource: null, visitor.Cancelled);
        return Results.Redirect("/usage");
    }

    private static Html Dropped(IReadOnlyList<DroppedCount> dropped, Words words) => dropped.Count == 0 ? Html.Of($"<p>{words.NothingDropped}</p>") : Parts.Table(words.Dropped, Html.Of($"""
        <thead><tr><th scope="col">{words.Kind}</th><th scope="col">{words.Reason}</th><th scope="col" class="number">{words.Number}</th></tr></thead>
        <tbody>{dropped.Select(d => Html.Of($"""<tr><th scope="row">{Kind(d.Kind, words)}</th><td><code>{d.Reason}</code></td><td class="number">{words.Count(d.Count)}</td></tr>"""))}</tbody>
        """));

    private static string Kind(string kind, Words words) => words.Kinds.GetValueOrDefault(kind, kind);
}
