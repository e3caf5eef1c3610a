using System.Globalization;
using System.Text.RegularExpressions;

namespace Intervision.Dashboard.Tests;

/// <summary>
/// The colours of the style sheet by day and by night, each against every ground it can stand on: text 4.5:1, marks and the ring of
/// the focus 3:1. What no test happens to draw is measured all the same.
/// </summary>
public sealed partial class StyleSheetTests
{
    private static readonly string Style = Read();

    /// <summary>Who stands on what. "s" is every colour of a series.</summary>
    private static readonly (string[] Colours, string[] Grounds, double Ratio)[] Pairs =
    [
        // Text on the page, in heads of tables, tiles and consoles; the chosen row of a waterfall and a tile that warns.
        (["ink", "muted", "link", "bad", "wait"], ["ground", "raised"], 4.5),
        (["ink", "muted", "link", "bad"], ["wait-ground"], 4.5),
        (["ink", "link", "bad"], ["bad-ground"], 4.5),
        (["on-accent"], ["accent"], 4.5),
        (["ok"], ["ok-ground"], 4.5), (["wait"], ["wait-ground"], 4.5), (["off"], ["off-ground"], 4.5),
        // Series stand as lines and bars on the page and on a chosen row, as swatches in heads and tiles too; frames and edges.
        (["s"], ["ground", "raised", "wait-ground"], 3),
        (["ok", "bad", "wait", "muted"], ["ground", "raised"], 3),
        (["focus"], ["ground", "raised", "wait-ground", "bad-ground", "ok-ground", "off-ground"], 3),
        // An exemplar is a ring of "bad" filled with the ground, over the lines.
        (["bad"], ["ground"], 3),
    ];

    [Theory]
    [InlineData("day")]
    [InlineData("night")]
    public void Every_pair_of_colours_has_contrast(string when)
    {
        var colours = Colours(when);
        var poor =
            from pair in Pairs
            from colour in pair.Colours.SelectMany(c => c == "s" ? colours.Keys.Where(k => Series().IsMatch(k)) : [c])
            from ground in pair.Grounds
            let ratio = Ratio(colours[colour], colours[ground])
            where ratio < pair.Ratio
            select string.Create(CultureInfo.InvariantCulture, $"--{colour} on --{ground}: {ratio:0.00} < {pair.Ratio}");

        Assert.Empty(poor);
    }

    /// <summary>A rule that says both, for whatever state (hover, current, bad): text.</summary>
    [Theory]
    [InlineData("day")]
    [InlineData("night")]
    public void Every_rule_that_gives_text_and_ground_gives_contrast(string when)
    {
        var colours = Colours(when);
        var both = Rules().Matches(Style)
            .Select(r => (Selector: r.Groups["selector"].Value.Trim(), Text: Text().Match(r.Groups["body"].Value), Ground: Ground().Match(r.Groups["body"].Value)))
            .Where(r => r.Text.Success && r.Ground.Success)
            .ToList();

        Assert.True(both.Count >= 12, $"{both.Count} rules");
        Assert.Contains(both, r => r.Selector.Contains(":hover", StringComparison.Ordinal));
        Assert.All(both, r => Assert.True(
            Ratio(colours[r.Text.Groups["name"].Value], colours[r.Ground.Groups["name"].Value]) >= 4.5, $"{r.Selector}: --{r.Text.Groups["name"].Value} on --{r.Ground.Groups["name"].Value}"));
    }

    [Fact]
    public void Colours_are_written_once_and_all_are_measured()
    {
        Assert.Equal(Colours("day").Keys.Order(StringComparer.Ordinal), Colours("night").Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotMatch("#[0-9a-fA-F]{3,8}\\b|rgb|hsl|opacity", Style[Style.IndexOf("* { box-sizing", StringComparison.Ordinal)..]);
        var measured = Pairs.SelectMany(p => p.Colours.Concat(p.Grounds)).ToHashSet(StringComparer.Ordinal);
        // A line between rows says nothing that its rows do not.
        Assert.DoesNotContain(Colours("day").Keys, k => !measured.Contains(k) && !Series().IsMatch(k) && k != "line");
    }

    private static Dictionary<string, double[]> Colours(string when)
    {
        var roots = Roots().Matches(Style);
        Assert.Equal(2, roots.Count);
        return Declared().Matches(roots[when == "day" ? 0 : 1].Value).ToDictionary(
            m => m.Groups["name"].Value,
            m => Enumerable.Range(0, 3).Select(i => byte.Parse(m.Groups["hex"].ValueSpan.Slice(i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0).ToArray(),
            StringComparer.Ordinal);
    }

    private static double Ratio(double[] one, double[] other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>WCAG 2.2, relative luminance.</summary>
    private static double Luminance(double[] rgb)
    {
        var linear = rgb.Select(v => v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }

    private static string Read()
    {
        using var stream = typeof(DashboardHost).Assembly.GetManifestResourceStream("dashboard.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(":root \\{[^}]*\\}", default, 1000)]
    private static partial Regex Roots();

    [GeneratedRegex("--(?<name>[a-z0-9-]+): #(?<hex>[0-9a-f]{6});", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Declared();

    [GeneratedRegex("(?<selector>[^{};]+)\\{(?<body>[^{}]*)\\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rules();

    [GeneratedRegex("(^|[ ;])color: var\\(--(?<name>[a-z0-9-]+)\\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Text();

    [GeneratedRegex("background: var\\(--(?<name>[a-z0-9-]+)\\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ground();

    [GeneratedRegex("^s[0-7]$", default, 1000)]
    private static partial Regex Series();
}
