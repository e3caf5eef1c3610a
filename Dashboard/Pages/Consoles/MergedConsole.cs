using Intervision.Dashboard.Resources;

namespace Intervision.Dashboard.Pages.Consoles;

/// <param name="Resource">Whose line; null for one that says how many are missing.</param>
internal sealed record MergedLine(string Resource, ConsoleLine Line);

/// <summary>
/// Reads one console or all of them, each from where it was left. It holds nothing but the numbers of the last lines seen, so
/// whoever reads slowly, or not at all, costs nothing and is told what went by.
/// </summary>
internal sealed class MergedConsole(IResourceSource source, string? only, string? filter)
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    /// <summary>Who has a console: the resources, and the app host.</summary>
    public static async Task<IEnumerable<string>> Names(IResourceSource source) => (await source.All()).Select(r => r.Name).Append(IResourceSource.Host).Distinct(StringComparer.Ordinal);

    /// <param name="most">Of each console; of those that match, when there is a filter: it looks at every line that is kept.</param>
    public async Task<(IReadOnlyList<MergedLine> Lines, long Omitted)> Next(int most)
    {
        var lines = new List<MergedLine>();
        long omitted = 0;
        foreach (var name in await Names(source))
        {
            if ((only is null || name == only) && source.Console(name, _last.GetValueOrDefault(name), filter is null ? most : int.MaxValue) is { } part)
            {
                var found = part.Lines.Where(Matches).ToList();
                // What was there before the first look is not missed, it is what « Download » has, or nobody any more.
                omitted += _last.ContainsKey(name) ? part.Omitted + Math.Max(0, found.Count - most) : 0;
                _last[name] = part.Lines.Count > 0 ? part.Lines[^1].Number : _last.GetValueOrDefault(name) + part.Omitted;
                lines.AddRange(found.TakeLast(most).Select(line => new MergedLine(name, line)));
            }
        }
        // Those of the same instant as they came.
        return ([.. lines.OrderBy(l => l.Line.Time)], omitted);
    }

    private bool Matches(ConsoleLine line) => filter is null || line.Text.Contains(filter, StringComparison.CurrentCultureIgnoreCase);
}
