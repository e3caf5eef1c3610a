using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Traces;

/// <summary>What a span carries: attributes, events, links.</summary>
internal static class SpanDetails
{
    public static Html Show(SpanRow span, TracePicture trace, Words words) => Html.Of($"""
        <section id="details" tabindex="-1" aria-labelledby="details-title">
        <h2 id="details-title">{span.Resource} : {span.Name}</h2>
        <dl class="facts">
          <dt>{words.Offset}</dt><dd>{words.Span(span.Start - trace.Start)}</dd>
          <dt>{words.Duration}</dt><dd>{words.Span(span.Duration)}</dd>
          {(span.Shift == TimeSpan.Zero ? Html.Nothing : Html.Of($"<dt>{words.ClockCorrected}</dt><dd>{words.Span(span.Shift.Duration())}</dd>"))}
          <dt>{words.Kind}</dt><dd>{words.SpanKinds.GetValueOrDefault(span.Kind, words.SpanKinds[SpanKind.Unspecified])}</dd>
          <dt>{words.Status}</dt><dd>{(span.Status == SpanStatus.Error ? Html.Of($"""<span class="state bad">{words.Error}</span> {span.StatusMessage}""") : Html.Of($"{words.SpanStatuses.GetValueOrDefault(span.Status, words.SpanStatuses[SpanStatus.Unset])}"))}</dd>
          <dt>{words.Scope}</dt><dd>{span.Scope}</dd>
          <dt>{words.SpanId}</dt><dd><code>{span.SpanId}</code></dd>
          <dt>{words.Parent}</dt><dd>{(span.ParentId is null ? Html.Of($"—") : Html.Of($"<code>{span.ParentId}</code>"))}</dd>
        </dl>
        {(span.DroppedTags == 0 ? Html.Nothing : Html.Of($"""<p class="notice">{words.DroppedTags(span.DroppedTags)}</p>"""))}
        {Parts.Tags(span.Tags, words.Attributes)}
        {Events(span, trace, words)}
        {Links(span, words)}
        {Parts.Tags(span.ResourceTags, words.ResourceAttributes)}
        </section>
        """);

    private static Html Events(SpanRow span, TracePicture trace, Words words) => span.Events.Count == 0 ? Html.Nothing : Html.Of($"""
        <h3>{words.Events}</h3>
        <ul>{span.Events.Select(e => Html.Of($"""<li><strong>{e.Name}</strong> <span class="muted">{words.AtOffset(words.Span(e.Time - trace.Start))}</span>{e.Tags.Select(t => Html.Of($"<br><code>{t.Key} = {t.Value}</code>"))}</li>"""))}</ul>
        """);

    private static Html Links(SpanRow span, Words words) => span.Links.Count == 0 ? Html.Nothing : Html.Of($"""
        <h3>{words.Links}</h3>
        <ul>{span.Links.Select(l => Html.Of($"""<li><a href="/traces/{l.TraceId}?span={l.SpanId}"><code>{l.TraceId}</code></a>{l.Tags.Select(t => Html.Of($"<br><code>{t.Key} = {t.Value}</code>"))}</li>"""))}</ul>
        """);
}
