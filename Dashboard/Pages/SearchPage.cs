using Intervision.Dashboard.Pages.Logs;
using Intervision.Dashboard.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages;

/// <summary>One text over everything that is stored.</summary>
internal static class SearchPage
{
    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var found = visitor["q"] is { } text ? await board.Telemetry.Search(text, limit: 50, visitor.Cancelled) : null;
        return Layout.Page(visitor, Section.None, words.Search, found is null
            ? Html.Of($"<h1>{words.Search}</h1><p>{words.SearchHint}</p>")
            : Html.Of($"""
                <h1>{words.Search} : {visitor["q"]}</h1>
                <h2>{words.Traces}</h2>
                {(found.Spans.Count == 0 ? Html.Of($"<p>{words.NothingFound}</p>") : Html.Of($"""
                  <div class="scroll"><table class="stack">
                    <thead><tr><th scope="col">{words.Time}</th><th scope="col">{words.Name}</th><th scope="col" class="number">{words.Duration}</th></tr></thead>
                    <tbody>{found.Spans.Select(s => Html.Of($"""
                      <tr><td class="time">{words.Moment(s.Start)}</td><td class="text">{Parts.Resource(s.Resource)} : <a href="/traces/{s.TraceId}?span={s.SpanId}">{s.Name}</a>{(s.Status == SpanStatus.Error ? Html.Of($""" <span class="state bad">{words.Error}</span>""") : Html.Nothing)}</td><td class="number">{words.Span(s.Duration)}</td></tr>
                      """))}</tbody>
                  </table></div>
                  """))}
                <h2>{words.Logs}</h2>
                {LogTable.Of(found.Logs, words)}
                """));
    }
}
