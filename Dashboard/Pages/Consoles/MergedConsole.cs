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

    /// <param name="most">Of each console; of those that match, when there is a filter: it looks at every line that is kept.</param>
    public async Task<(IReadOnlyList<MergedLine> Lines, long Omitted)> Next(int most)
    {
        var lines = new List<MergedLine>();
        long omitted = 0;
        foreach (var resource in await source.All())
        {
            if ((only is null || resource.Name == only) && source.Console(resource.Name, _last.GetValueOrDefault(resource.Name), filter is null ? most : int.MaxValue) is { } part)
            {
                var found = part.Lines.Where(Matches).ToList();
                // What was there before the first look is not missed, it is what « Download » has, or nobody any more.
                omitted += _last.ContainsKey(resource.Name) ? part.Omitted + Math.Max(0, found.Count - most) : 0;
                _last[resource.Name] = part.Lines.Count > 0 ? part.Lines[^1].Number : _last.GetValueOrDefault(resource.Name) + part.Omitted;
                lines.AddRange(found.TakeLast(most).Select(line => new MergedLine(resource.Name, line)));
            }
        }
        // Those of the same instant as they came.
        return ([.. lines.OrderBy(l => l.Line.Time)], omitted);
    }

    private bool Matches(ConsoleLine line) => filter is null || line.Text.Contains(filter, StringComparison.CurrentCultureIgnoreCase);
}
