using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Traces;

/// <summary>A row for each span, a bar where it was. Bars are SVG in percents: no style attribute, no script.</summary>
internal static class Waterfall
{
    private const int DeepestIndent = 8;
    private const int MostLinks = 3;

    public static Html Draw(TracePicture trace, SpanRow? chosen, Visitor visitor)
    {
        var words = visitor.Words;
        return Html.Of($"""
            <div class="scroll">
            <table class="waterfall">
              <caption class="sr">{words.Waterfall}</caption>
              <colgroup><col class="what"><col class="took"><col></colgroup>
              <thead><tr><th scope="col">{words.Spans}</th><th scope="col" class="number">{words.Duration}</th><th scope="col">{Axis(trace, words)}</th></tr></thead>
              <tbody>{trace.Spans.Select(span => Row(span, trace, span == chosen, visitor))}</tbody>
            </table>
            </div>
            """);
    }

    private static Html Axis(TracePicture trace, Words words) => Html.Of($"""
        <svg aria-hidden="true"><text x="0" y="13">0</text><text x="50%" y="13" text-anchor="middle">{words.Span(trace.Duration / 2)}</text><text x="100%" y="13" text-anchor="end">{words.Span(trace.Duration)}</text></svg>
        """);

    private static Html Row(SpanRow span, TracePicture trace, bool chosen, Visitor visitor)
    {
        var words = visitor.Words;
        var failed = span.Status == SpanStatus.Error;
        var (left, width) = Place(span, trace);
        return Html.Of($"""
            <tr id="span-{span.SpanId}" class="{(chosen ? "chosen" : "")}">
              <th scope="row" class="d{Math.Min(span.Depth, DeepestIndent)}">
                <a href="{visitor.With(("span", span.SpanId))}#details"{(chosen ? Html.Of($" aria-current=\"true\"") : Html.Nothing)}>{Parts.Resource(span.Resource)} <span class="{(failed ? "failed" : "")}">{span.Name}</span></a>
                {(failed ? Html.Of($"""<span class="state bad">{words.Error}</span>""") : Html.Nothing)}{(span.ParentMissing ? Html.Of($""" <span class="muted">({words.ParentMissing})</span>""") : Html.Nothing)}
                {span.Links.Take(MostLinks).Select(l => Linked(l, words))}{(span.Links.Count <= MostLinks ? Html.Nothing : Html.Of($""" <span class="muted">… {words.Count(span.Links.Count)}</span>"""))}
              </th>
              <td class="number">{words.Span(span.Duration)}</td>
              <td class="{Parts.Colour(span.Resource)}"><svg role="img" aria-label="{words.AtOffset(words.Span(span.Start - trace.Start))}, {words.Span(span.Duration)}">
                <line class="axis" x1="0" x2="100%" y1="9" y2="9"/><rect class="bar-fill" x="{left:0.###}%" y="3" width="{width:0.###}%" height="12" rx="2"/>{span.Events.Select(e => Mark(e, trace))}</svg></td>
            </tr>
            """);
    }

    /// <summary>What a span is linked to is a click away; those beyond the first are in its details.</summary>
    private static Html Linked(SpanLink link, Words words) => Html.Of(
        $"""<a class="linked" href="/traces/{link.TraceId}?span={link.SpanId}" aria-label="{words.LinkedTrace} {Parts.Short(link.TraceId)}">↗ <code>{Parts.Short(link.TraceId)}</code></a> """);

    private static Html Mark(SpanEvent happened, TracePicture trace) => Html.Of(
        $"""<circle class="exemplar" cx="{Share(happened.Time - trace.Start, trace.Duration):0.###}%" cy="9" r="3"><title>{happened.Name}</title></circle>""");

    /// <summary>In percent of the whole; the shortest span is still to be seen.</summary>
    private static (double Left, double Width) Place(SpanRow span, TracePicture trace)
    {
        var width = Math.Max(0.4, Share(span.Duration, trace.Duration));
        return (Math.Min(Share(span.Start - trace.Start, trace.Duration), 100 - width), width);
    }

    private static double Share(TimeSpan part, TimeSpan whole) => whole <= TimeSpan.Zero ? 0 : Math.Clamp(100 * (part / whole), 0, 100);
}
