using Intervision.Dashboard.Telemetry;

namespace Intervision.Dashboard.Pages.Logs;

/// <summary>Attribute filters in the address: <c>tag=key=value</c>, <c>key!=value</c>, <c>key~part</c>, or the key alone.</summary>
internal static class LogFilters
{
    public static IReadOnlyList<TagFilter> Of(IEnumerable<string> written) => [.. written.Select(Parse).OfType<TagFilter>().Take(10)];

    public static TagFilter? Parse(string written)
    {
        var text = written.Trim();
        var at = text.IndexOfAny(['=', '~', '!']);
        if (at < 0)
        {
            return text.Length == 0 ? null : new TagFilter(text, TagTest.Exists);
        }
        var (key, rest) = (text[..at].Trim(), text[at..]);
        return key.Length == 0 ? null
            : rest.StartsWith("!=", StringComparison.Ordinal) ? new TagFilter(key, TagTest.IsNot, rest[2..].Trim())
            : rest[0] == '~' ? new TagFilter(key, TagTest.Contains, rest[1..].Trim())
            : rest[0] == '=' ? new TagFilter(key, TagTest.Is, rest[1..].Trim())
            : new TagFilter(text, TagTest.Exists);
    }

    /// <summary>One link for each, that takes it away.</summary>
    public static Html Show(Visitor visitor)
    {
        var written = visitor.All("tag");
        return written.Count == 0 ? Html.Nothing : Html.Of($"""
            <ul class="filters">{written.Select(tag => Html.Of(
                $"""<li><a href="{Without(visitor, written, tag)}" aria-label="{visitor.Words.RemoveFilter} {tag}"><code>{tag}</code> ✕</a></li>"""))}</ul>
            """);
    }

    private static string Without(Visitor visitor, IReadOnlyList<string> written, string tag) =>
        visitor.With([("before", null), ("tag", null), .. written.Where(t => t != tag).Select(t => ("tag", (string?)t))]);
}
