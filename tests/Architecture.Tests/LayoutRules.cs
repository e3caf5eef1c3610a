using System.Xml.Linq;

namespace Intervision.Architecture.Tests;

/// <summary>Who may lean on whom (DESIGN §3), and what must never stand in the repository.</summary>
public sealed class LayoutRules
{
    private static readonly string[] Services = ["Membership", "Intake", "Scheduling", "Indemnisation"];

    [Fact]
    public void A_service_leans_on_ServiceDefaults_and_never_on_another_service()
    {
        foreach (var service in Services)
        {
            var references = XDocument.Parse(Repository.Read($"services/{service}/{service}.csproj"))
                .Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)).ToList();
            Assert.Contains("ServiceDefaults", references);
            Assert.Empty(references.Except(["ServiceDefaults", "Protos"]));
        }
    }

    [Fact]
    public void The_app_host_is_one_page_and_a_service_host_a_short_one()
    {
        Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "AppHost/Program.cs")).Count(), 1, 100);
        Assert.All(Services, s => Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, $"services/{s}/Program.cs")).Count(), 1, 60));
    }

    [Fact]
    public void Domain_code_reads_no_clock_and_no_randomness()
    {
        string[] forbidden = ["TimeProvider.System", "Random.Shared", "new Random("];
        var found = from path in Repository.Files("*.cs")
                    where Services.Any(s => path.StartsWith($"services/{s}/", StringComparison.Ordinal))
                    where Path.GetFileName(path) != "Program.cs" // the edge, where the clock is read
                    let text = Repository.Read(path)
                    from word in forbidden
                    where text.Contains(word, StringComparison.Ordinal)
                    select $"{path}: {word}";
        Assert.Empty(found);
    }

    [Fact]
    public void No_file_names_a_path_of_one_machine()
    {
        // Built from pieces, so that this file is not its own finding.
        string[] forbidden = ["/wor" + "k/", "/ro" + "ot/", "/ho" + "me/"];
        var found = from pattern in new[] { "*.cs", "*.csproj", "*.props", "*.targets", "*.sh", "*.md", "*.json", "*.sql", "*.proto", "*.yaml" }
                    from path in Repository.Files(pattern)
                    let text = Repository.Read(path)
                    from word in forbidden
                    where text.Contains(word, StringComparison.Ordinal)
                    select $"{path}: {word}";
        Assert.Empty(found);
    }
}
