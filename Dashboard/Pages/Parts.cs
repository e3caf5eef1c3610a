using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages;

/// <summary>Pieces that several pages of telemetry share.</summary>
internal static class Parts
{
    private const int Colours = 8;

    /// <summary>One colour per resource, the same on every page.</summary>
    public static string Colour(string resource)
    {
        var sum = 0;
        foreach (var letter in resource)
        {
            sum = ((sum * 31) + letter) % 9973;
        }
        return $"s{sum % Colours}";
    }

    public static Html Resource(string resource) => Html.Of($"""<span class="{Colour(resource)}"><span class="swatch"></span></span>{resource}""");

    /// <summary>The beginning of a trace's id: enough to tell it from its neighbours.</summary>
    public static string Short(string traceId) => traceId[..Math.Min(7, traceId.Length)];

    public static Html Earlier(bool earlier, Words words) => earlier ? Html.Of($""" <span class="earlier">{words.EarlierRun}</span>""") : Html.Nothing;

    public static Html Tags(IReadOnlyList<Tag> tags, string title) => tags.Count == 0 ? Html.Nothing : Html.Of($"""
        <h3>{title}</h3>
        {Table(title, Html.Of($"""<tbody>{tags.Select(t => Html.Of($"""<tr><th scope="row"><code>{t.Key}</code></th><td><code>{t.Value}</code></td></tr>"""))}</tbody>"""))}
        """);

    /// <summary>A table without links in it, which scrolls in itself where it is too wide: the keyboard reaches it as a region of that name.</summary>
    public static Html Table(string name, Html rows) => Html.Of($"""<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>{rows}</table></div>""");

    public static Html Options(IEnumerable<(string Value, string Name)> choices, string? chosen) => Html.Join(choices.Select(c => Html.Of(
        $"""<option value="{c.Value}"{(c.Value == (chosen ?? string.Empty) ? Html.Of($" selected") : Html.Nothing)}>{c.Name}</option>""")));

    public static async Task<Html> ResourceChoice(Visitor visitor, Board board)
    {
        var names = (await board.Telemetry.Resources(visitor.Cancelled)).Select(r => r.Name).Concat((await board.Resources.All()).Select(r => r.Group));
        var choices = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => (n, n)).Prepend((string.Empty, visitor.Words.AllResources));
        return Html.Of($"""
            <label for="resource">{visitor.Words.Resource}</label>
            <select id="resource" name="resource">{Options(choices, visitor["resource"])}</select>
            """);
    }

    /// <param name="all">Whether everything that is kept is a choice too, the first.</param>
    public static Html RangeChoice(Visitor visitor, bool all)
    {
        var words = visitor.Words;
        (string, string)[] ranges = [("5", words.Last5Minutes), ("15", words.Last15Minutes), ("60", words.LastHour), ("360", words.Last6Hours), ("1440", words.LastDay)];
        return Html.Of($"""
            <label for="minutes">{words.Range}</label>
            <select id="minutes" name="minutes">{Options(all ? ranges.Prepend(("", words.AllTime)) : ranges, visitor["minutes"] ?? (all ? "" : "5"))}</select>
            """);
    }

    /// <summary>To stop what would move under the reader's eyes.</summary>
    public static Html LiveToggle(Words words) => Html.Of(
        $"""<button type="button" class="small" data-live-toggle data-other="{words.Resume}" aria-pressed="false">{words.Pause}</button>""");

    public static Html Paging(Visitor visitor, long? next) => Html.Of($"""
        <p class="bar">
          {(visitor["before"] is null ? Html.Nothing : Html.Of($"""<a class="button small" href="{visitor.With(("before", null))}">{visitor.Words.Newest}</a>"""))}
          {(next is { } before ? Html.Of($"""<a class="button small" href="{visitor.With(("before", $"{before}"))}">{visitor.Words.Older}</a>""") : Html.Nothing)}
        </p>
        """);

    /// <summary>A page that is followed: only its newest part moves.</summary>
    public static TimeSpan? Follow(Visitor visitor) => visitor["before"] is null ? TimeSpan.FromSeconds(2) : null;
}
