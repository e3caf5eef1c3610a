using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Metrics;

/// <summary>One instrument: what to show of it, the chart, the figures, the exemplars.</summary>
internal static class InstrumentView
{
    public static Html Show(Chart chart, Visitor visitor)
    {
        var words = visitor.Words;
        return Html.Of($"""
            <h2>{chart.Instrument.Name} <span class="muted">{chart.Instrument.Resource} · {chart.Instrument.Meter} · {words.InstrumentKinds[chart.Instrument.Kind]}</span></h2>
            <p>{chart.Instrument.Description}</p>
            <form class="bar" data-autosubmit>
              <input type="hidden" name="instrument" value="{chart.Instrument.Id}">
              {(visitor["resource"] is { } resource ? Html.Of($"""<input type="hidden" name="resource" value="{resource}">""") : Html.Nothing)}
              {Parts.RangeChoice(visitor, all: false)}
              {chart.Dimensions.Select((d, i) => Choice(d, i, visitor))}
              {(chart.Dimensions.Count == 0 ? Html.Nothing : Html.Of($"""
                <label for="by">{words.SplitBy}</label>
                <select id="by" name="by">{Parts.Options(chart.Dimensions.Select(d => (d.Key, d.Key)).Prepend(("", words.NoSplit)), visitor["by"])}</select>
                """))}
              <button class="small">{words.Show}</button>
              {Parts.LiveToggle(words)}
            </form>
            <div id="live" data-live>
              {ChartSvg.Draw(chart, words)}
              {Figures(chart, words)}
              {Exemplars(chart, words)}
            </div>
            """);
    }

    private static Html Choice(Dimension dimension, int index, Visitor visitor)
    {
        var name = MetricsPage.Parameter(dimension.Key);
        return Html.Of($"""
            <label for="d{index}">{dimension.Key}</label>
            <select id="d{index}" name="{name}">{Parts.Options(dimension.Values.Select(v => (v, v)).Prepend(("", visitor.Words.AnyValue)), visitor[name])}</select>
            """);
    }

    private static Html Figures(Chart chart, Words words)
    {
        var unit = chart.Instrument.Unit;
        var total = chart.Percentiles is not { } p ? Html.Nothing : Html.Of($"""
            <dl class="facts">
              <dt>{words.Median}</dt><dd>{words.Measured(p.P50, unit)}</dd>
              <dt>P90</dt><dd>{words.Measured(p.P90, unit)}</dd>
              <dt>P99</dt><dd>{words.Measured(p.P99, unit)}</dd>
              <dt>{words.Mean}</dt><dd>{(p.Count == 0 ? "—" : words.Measured(p.Sum / p.Count, unit))}</dd>
              <dt>{words.Measurements}</dt><dd>{words.Count(p.Count)}</dd>
            </dl>
            """);
        return Html.Of($"""
            {total}
            {Parts.Table(words.Latest, Html.Of($"""
              <caption class="sr">{words.Latest}</caption>
              <thead><tr><th scope="col">{words.Line}</th><th scope="col" class="number">{words.Latest}</th></tr></thead>
              <tbody>{chart.Lines.Select((line, i) => Html.Of($"""<tr><th scope="row"><span class="s{i % ChartSvg.Colours}"><span class="swatch"></span></span>{Name(line, chart)}</th><td class="number">{(line.Latest is { } v ? words.Measured(v, chart.Percentiles is null && chart.Instrument.Kind is not (InstrumentKind.Histogram or InstrumentKind.ExponentialHistogram) ? unit : "") : "—")}</td></tr>"""))}</tbody>
              """))}
            """);
    }

    public static string Name(ChartLine line, Chart chart) => line.Label.Length == 0 ? chart.Instrument.Name : line.Label;

    private static Html Exemplars(Chart chart, Words words) => chart.Exemplars.Count == 0 ? Html.Nothing : Html.Of($"""
        <h3>{words.Exemplars}</h3>
        <p class="muted">{words.ExemplarsHint}</p>
        <div class="scroll"><table>
          <thead><tr><th scope="col">{words.Time}</th><th scope="col" class="number">{words.Value}</th><th scope="col">{words.Trace}</th><th scope="col">{words.Dimensions}</th></tr></thead>
          <tbody>{chart.Exemplars.Take(20).Select(e => Html.Of($"""
            <tr><td class="time">{words.Moment(e.Time)}</td><td class="number">{words.Measured(e.Value, chart.Instrument.Unit)}</td><td><a href="/traces/{e.TraceId}?span={e.SpanId}"><code>{Parts.Short(e.TraceId)}</code></a></td><td>{string.Join(", ", e.Dimensions.Select(d => $"{d.Key}={d.Value}"))}</td></tr>
            """))}</tbody>
        </table></div>
        """);
}
