using System.Reflection;

namespace Intervision.StandIns.Tests.Surface;

/// <summary>
/// What each stand-in offers is what was approved: <c>Approved/&lt;name&gt;.txt</c>. After a wanted change, copy the file
/// that the failure names over the approved one.
/// </summary>
public sealed class SurfaceTests
{
    public static TheoryData<string> StandIns() =>
        [.. typeof(SurfaceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Where(metadata => metadata.Value == "StandIn").Select(metadata => metadata.Key)];

    [Theory]
    [MemberData(nameof(StandIns))]
    public async Task The_public_surface_is_the_approved_one(string name)
    {
        var actual = PublicSurface.Of(Assembly.Load(name));
        var received = Path.Combine(AppContext.BaseDirectory, $"{name}.received.txt");
        await File.WriteAllTextAsync(received, actual);

        var approved = Path.Combine(SourceFolder(), "Approved", $"{name}.txt");
        Assert.True(File.Exists(approved), $"{name} has no approved surface: read {received} and copy it to {approved}");
        var expected = (await File.ReadAllTextAsync(approved)).ReplaceLineEndings("\n");
        Assert.True(expected == actual, $"the surface of {name} changed: compare {received} with {approved}");
    }

    private static string SourceFolder()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Intervision.sln")))
            root = root.Parent ?? throw new DirectoryNotFoundException("Intervision.sln is in no folder above the tests.");
        return Path.Combine(root.FullName, "tests", "StandIns.Tests");
    }
}
