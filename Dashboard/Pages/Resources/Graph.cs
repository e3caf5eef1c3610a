using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Texts;

namespace Intervision.Dashboard.Pages.Resources;

/// <summary>Who uses whom: users on the left, what they all stand on at the right, each as far right as its longest chain of users.</summary>
internal static class Graph
{
    private const int Width = 184, Height = 52, GapX = 44, GapY = 22, Margin = 12;

    private sealed record Node(ShownResource Resource, int Column, int Row)
    {
        public int X => Margin + (Column * (Width + GapX));
        public int Y => Margin + (Row * (Height + GapY));
    }

    public static Html Draw(IReadOnlyList<ShownResource> all, Words words)
    {
        var nodes = Place(all);
        var width = nodes.Count == 0 ? 0 : nodes.Values.Max(n => n.X) + Width + Margin;
        var height = nodes.Count == 0 ? 0 : nodes.Values.Max(n => n.Y) + Height + Margin;
        return Html.Of($"""
            <div class="scroll">
            <svg class="graph" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="group" aria-label="{words.GraphOf(all.Count)}">
              <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
              {nodes.Values.SelectMany(n => n.Resource.RefersTo.Where(nodes.ContainsKey).Select(to => Edge(n, nodes[to])))}
              {nodes.Values.Select(n => Box(n, words))}
            </svg>
            </div>
            <ul class="sr">{all.Select(r => Html.Of($"""<li>{r.Name} : {words.Uses} {(r.RefersTo.Count == 0 ? "—" : string.Join(", ", r.RefersTo))}</li>"""))}</ul>
            """);
    }

    private static Html Edge(Node from, Node to)
    {
        int x1 = from.X + Width, y1 = from.Y + (Height / 2), x2 = to.X, y2 = to.Y + (Height / 2), middle = (x1 + x2) / 2;
        return Html.Of($"""<path class="edge" d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}" marker-end="url(#arrow)"/>""");
    }

    private static Html Box(Node n, Words words) => Html.Of($"""
        <a href="/resources/{n.Resource.Name}" class="node {ResourceParts.Tone(n.Resource)}">
          <rect x="{n.X}" y="{n.Y}" width="{Width}" height="{Height}" rx="8"/>
          <text x="{n.X + 14}" y="{n.Y + 22}" class="node-name">{Short(n.Resource.Name)}</text>
          <text x="{n.X + 14}" y="{n.Y + 41}">{ResourceParts.StateWord(n.Resource, words)}</text>
          <title>{n.Resource.Name}</title>
        </a>
        """);

    private static string Short(string name) => name.Length <= 23 ? name : name[..22] + "…";

    private static Dictionary<string, Node> Place(IReadOnlyList<ShownResource> all)
    {
        var byName = all.ToDictionary(r => r.Name, StringComparer.Ordinal);
        var users = all.SelectMany(r => r.RefersTo.Select(to => (From: r.Name, To: to))).Where(e => byName.ContainsKey(e.To)).ToLookup(e => e.To, e => e.From, StringComparer.Ordinal);
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var resource in all)
        {
            Column(resource.Name, []);
        }
        var nodes = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var column in all.GroupBy(r => columns[r.Name]).OrderBy(g => g.Key))
        {
            // Beside the middle of its users, so that lines cross little; then by name.
            var ordered = column.OrderBy(r => users[r.Name].Where(nodes.ContainsKey).Select(u => (double)nodes[u].Row).DefaultIfEmpty(0).Average())
                .ThenBy(r => r.Name, StringComparer.Ordinal);
            foreach (var (row, resource) in ordered.Index())
            {
                nodes[resource.Name] = new Node(resource, column.Key, row);
            }
        }
        return nodes;

        int Column(string name, HashSet<string> above)
        {
            if (columns.TryGetValue(name, out var known))
            {
                return known;
            }
            // Two that use each other share the place of whoever came first.
            return above.Add(name)
                ? columns[name] = users[name].Select(user => Column(user, above) + 1).DefaultIfEmpty(0).Max()
                : 0;
        }
    }
}
