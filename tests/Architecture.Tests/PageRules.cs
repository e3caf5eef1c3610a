using System.Text.RegularExpressions;

namespace Intervision.Architecture.Tests;

/// <summary>What the dashboard's pages are made of (ADR 40).</summary>
public sealed partial class PageRules
{
    [Fact]
    public void Holes_in_attributes_are_quoted()
    {
        // Escaping keeps text from ending a quoted attribute, not a bare one.
        var found = from path in Repository.Files("*.cs")
                    where path.StartsWith("Dashboard/", StringComparison.Ordinal)
                    from Match bare in BareAttribute().Matches(Repository.Read(path))
                    select $"{path}: {bare.Value}";
        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_is_inline_and_nothing_comes_from_elsewhere()
    {
        var found = from pattern in new[] { "*.cs", "*.css", "*.js", "*.svg" }
                    from path in Repository.Files(pattern)
                    where path.StartsWith("Dashboard/Pages/", StringComparison.Ordinal) || path.StartsWith("Dashboard/Assets/", StringComparison.Ordinal)
                    from Match foreign in Foreign().Matches(Repository.Read(path))
                    select $"{path}: {foreign.Value}";
        Assert.Empty(found);
    }

    [GeneratedRegex("<[a-z][^<>]* [a-z-]+=\\{", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex BareAttribute();

    [GeneratedRegex("style=|<style| on(click|load|error|submit)=|javascript:|(src|href|url)[=(]\\W{0,3}https?://|@import", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Foreign();
}
