using System.Globalization;
using System.Text;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Metrics;

/// <summary>Lines over time, drawn here: values as they are, rates for counters, percentiles for histograms with their exemplars.</summary>
internal static class ChartSvg
{
    public const int Colours = 8;
    private const int Width = 900, Height = 300, Left = 70, Right = 10, Top = 12, Bottom = 28;

    private sealed record Curve(string Name, string Class, IReadOnlyList<double?> Points);

    public static Html Draw(Chart chart, Words words)
    {
        var curves = Curves(chart, words);
        var exemplars = IsHistogram(chart) ? chart.Exemplars : [];
        var top = Ceiling(curves.SelectMany(c => c.Points).OfType<double>().Concat(exemplars.Select(e => e.Value)).DefaultIfEmpty(1).Max());
        var bottom = Math.Min(0, curves.SelectMany(c => c.Points).OfType<double>().DefaultIfEmpty(0).Min());
        var unit = IsHistogram(chart) ? chart.Instrument.Unit : chart.ValueUnit;
        var count = chart.Lines.Count == 0 ? 1 : chart.Lines[0].Points.Count;
        var length = chart.Width * count;
        return Html.Of($"""
            <svg class="chart" viewBox="0 0 {Width} {Height}" role="group" aria-label="{chart.Instrument.Name}, {string.Join(", ", curves.Select(c => c.Name))}">
              {Enumerable.Range(0, 5).Select(i => Grid(bottom + ((top - bottom) * i / 4), bottom, top, unit, words))}
              {Enumerable.Range(0, 5).Select(i => Hour(chart.From + (length * i / 4), i))}
              {curves.Select(c => Html.Of($"""<g class="{c.Class}"><path class="series" d="{Path(c.Points, bottom, top)}"/></g>"""))}
              {exemplars.Where(e => e.Time >= chart.From && e.Time <= chart.From + length).Select(e => Dot(e, chart, length, bottom, top, words))}
            </svg>
            <p>{curves.Select(c => Html.Of($"""<span class="{c.Class}"><span class="swatch"></span></span>{c.Name} """))}</p>
            """);
    }

    private static bool IsHistogram(Chart chart) => chart.Instrument.Kind is InstrumentKind.Histogram or InstrumentKind.ExponentialHistogram;

    private static List<Curve> Curves(Chart chart, Words words) => IsHistogram(chart) && chart.Lines.Count == 1
        ?
        [
            new("P50", "s0", [.. chart.Lines[0].Percentiles.Select(p => p?.P50)]),
            new("P90", "s1", [.. chart.Lines[0].Percentiles.Select(p => p?.P90)]),
            new("P99", "s7", [.. chart.Lines[0].Percentiles.Select(p => p?.P99)]),
        ]
        : IsHistogram(chart)
            ? [.. chart.Lines.Select((l, i) => new Curve($"{InstrumentView.Name(l, chart)} P90", $"s{i % Colours}", [.. l.Percentiles.Select(p => p?.P90)]))]
            : [.. chart.Lines.Select((l, i) => new Curve(InstrumentView.Name(l, chart) + (chart.Instrument.Kind == InstrumentKind.Counter ? $" ({words.PerSecond})" : ""), $"s{i % Colours}", l.Points))];

    private static Html Grid(double value, double bottom, double top, string unit, Words words) => Html.Of($"""
        <line class="axis" x1="{Left}" x2="{Width - Right}" y1="{Y(value, bottom, top):0.#}" y2="{Y(value, bottom, top):0.#}"/><text class="label" x="{Left - 6}" y="{Y(value, bottom, top) + 4:0.#}" text-anchor="end">{words.Measured(value, unit)}</text>
        """);

    private static Html Hour(DateTimeOffset at, int place) => Html.Of($"""
        <text class="label" x="{Left + ((Width - Left - Right) * place / 4)}" y="{Height - 8}" text-anchor="{(place == 4 ? "end" : place == 0 ? "start" : "middle")}">{at.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}</text>
        """);

    private static Html Dot(Exemplar e, Chart chart, TimeSpan length, double bottom, double top, Words words) => Html.Of($"""
        <a href="/traces/{e.TraceId}?span={e.SpanId}" aria-label="{words.Trace} {Parts.Short(e.TraceId)}, {words.Measured(e.Value, chart.Instrument.Unit)}"><circle class="exemplar" cx="{Left + ((Width - Left - Right) * ((e.Time - chart.From) / length)):0.#}" cy="{Y(e.Value, bottom, top):0.#}" r="5"/></a>
        """);

    private static double Y(double value, double bottom, double top) => Top + ((Height - Top - Bottom) * (1 - ((value - bottom) / (top - bottom))));

    /// <summary>A gap where nothing was measured; a lone point is drawn as a short stroke.</summary>
    private static string Path(IReadOnlyList<double?> points, double bottom, double top)
    {
        var path = new StringBuilder();
        var step = (double)(Width - Left - Right) / Math.Max(1, points.Count - 1);
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i] is not { } value)
            {
                continue;
            }
            var begins = i == 0 || points[i - 1] is null;
            var (x, y) = (Left + (i * step), Y(Math.Min(value, top), bottom, top));
            path.Append(CultureInfo.InvariantCulture, $"{(begins ? 'M' : 'L')}{x:0.#} {y:0.#}");
            if (begins && (i + 1 == points.Count || points[i + 1] is null))
            {
                path.Append("h2");
            }
        }
        return path.ToString();
    }

    /// <summary>The next of 1, 2, 5, 10, 20, 50…</summary>
    private static double Ceiling(double highest)
    {
        if (highest <= 0 || !double.IsFinite(highest))
        {
            return 1;
        }
        var power = Math.Pow(10, Math.Floor(Math.Log10(highest)));
        return power * ((highest / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }
}
