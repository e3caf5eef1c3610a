using Intervision.Dashboard.Pages.Logs;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Traces;

/// <summary>One trace as one picture: every span of every service on one time axis, and one of them in detail.</summary>
internal static class TracePage
{
    public static async Task<IResult> Show(Visitor visitor, Board board, string id)
    {
        var words = visitor.Words;
        if (await board.Telemetry.Trace(id, visitor.Cancelled) is not { } trace)
        {
            return NotFound.Show(visitor);
        }
        var chosen = trace.Spans.FirstOrDefault(s => s.SpanId == visitor["span"]);
        return Layout.Page(visitor, Section.Traces, trace.Row.Name, Html.Of($"""
            <p class="crumbs"><a href="/traces">{words.Traces}</a></p>
            <h1>{trace.Row.Resource} : {trace.Row.Name}</h1>
            <p>{words.Moment(trace.Start)}{Parts.Earlier(trace.Row.EarlierRun, words)} · {words.Span(trace.Duration)} · {words.TraceSummary(trace.Row.Spans, trace.Row.Resources.Count)} · <code>{trace.Row.TraceId}</code></p>
            <p>{trace.Row.Resources.Select(r => Html.Of($"{Parts.Resource(r.Resource)} "))}</p>
            {(trace.Truncated ? Html.Of($"""<p class="notice">{words.TraceTruncated}</p>""") : Html.Nothing)}
            {Waterfall.Draw(trace, chosen, visitor)}
            {(chosen is null ? Html.Nothing : SpanDetails.Show(chosen, trace, words))}
            <h2>{words.LogsOfTrace}</h2>
            {LogTable.Of(trace.Logs, words)}
            """));
    }
}
