using System.Globalization;
using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Metrics;

/// <summary>Instruments by resource and meter; the chosen one as a chart, with its dimensions, percentiles and exemplars.</summary>
internal static class MetricsPage
{
    private const int Buckets = 120;
    private const string Asked = "d.";

    public static async Task<IResult> Show(Visitor visitor, Board board)
    {
        var words = visitor.Words;
        var instruments = await board.Telemetry.Instruments(visitor["resource"], visitor.Cancelled);
        var chart = visitor.Number("instrument") is { } id ? await board.Telemetry.Chart(Query(visitor, id, board), visitor.Cancelled) : null;
        return Layout.Page(visitor, Section.Metrics, chart?.Instrument.Name ?? words.Metrics, Html.Of($"""
            <h1>{words.Metrics}</h1>
            <form class="bar" data-autosubmit>{await Parts.ResourceChoice(visitor, board)}<button class="small">{words.Show}</button></form>
            <div class="columns">
              <nav aria-label="{words.Instruments}"><ul class="tree">{Tree(instruments, chart?.Instrument.Id, visitor)}</ul></nav>
              <div>{(chart is null ? Html.Of($"<p>{(instruments.Count == 0 ? words.NothingYet : words.ChooseInstrument)}</p>") : InstrumentView.Show(chart, visitor))}</div>
            </div>
            """), chart is null ? null : TimeSpan.FromSeconds(3));
    }

    /// <summary>The dimensions asked for in the address, as <c>d.rpc.method=SubmitCase</c>.</summary>
    public static string Parameter(string dimension) => Asked + dimension;

    private static ChartQuery Query(Visitor visitor, long instrument, Board board)
    {
        var until = board.Clock.GetUtcNow();
        var dimensions = visitor.Names.Where(n => n.StartsWith(Asked, StringComparison.Ordinal))
            .SelectMany(n => visitor.All(n).Select(value => new Tag(n[Asked.Length..], value)));
        return new ChartQuery(instrument, until - (visitor.Range ?? TimeSpan.FromMinutes(5)), until, Buckets, [.. dimensions], visitor["by"]);
    }

    private static Html Tree(IReadOnlyList<Instrument> instruments, long? chosen, Visitor visitor) => Html.Join(instruments
        .GroupBy(i => (i.Resource, i.Meter))
        .OrderBy(g => g.Key.Resource, StringComparer.Ordinal).ThenBy(g => g.Key.Meter.StartsWith("Intervision", StringComparison.Ordinal) ? 0 : 1).ThenBy(g => g.Key.Meter, StringComparer.Ordinal)
        .Select(g => Html.Of($"""
            <li><details id="m-{g.Key.Resource}-{g.Key.Meter}"{(g.Key.Meter.StartsWith("Intervision", StringComparison.Ordinal) || g.Any(i => i.Id == chosen) ? Html.Of($" open") : Html.Nothing)}><summary>{Parts.Resource(g.Key.Resource)} <span class="muted">{g.Key.Meter}</span></summary>
            <ul>{g.OrderBy(i => i.Name, StringComparer.Ordinal).Select(i => Html.Of($"""<li><a href="{Address(i, visitor)}"{(i.Id == chosen ? Html.Of($" aria-current=\"page\"") : Html.Nothing)}>{i.Name}</a></li>"""))}</ul></details></li>
            """)));

    private static string Address(Instrument instrument, Visitor visitor)
    {
        var kept = string.Concat(((string[])["resource", "minutes"]).Where(n => visitor[n] is not null).Select(n => $"{n}={Uri.EscapeDataString(visitor[n]!)}&"));
        return string.Create(CultureInfo.InvariantCulture, $"/metrics?{kept}instrument={instrument.Id}");
    }
}
