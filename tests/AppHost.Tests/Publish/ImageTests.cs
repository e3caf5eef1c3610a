using System.Diagnostics;
using System.Formats.Tar;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Intervision.AppHost.Tests.Publish;

/// <summary>
/// Images by <c>/t:PublishContainer</c>. Microsoft's registry is not needed: the base image of these tests is one of a
/// few bytes, served on loopback, and what the SDK puts on top of it is what it would put on the genuine one.
/// </summary>
public sealed class ImageTests : IDisposable
{
    private static readonly string Root = typeof(ImageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepositoryRoot").Value!;
    private static readonly string Configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private readonly string _folder = Directory.CreateTempSubdirectory("intervision-image-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Membership", "5101", "5111")]
    [InlineData("Intake", "5102", "5112")]
    [InlineData("Scheduling", "5103", "5113")]
    [InlineData("Indemnisation", "5104", "5114")]
    public async Task A_service_is_chiseled_and_not_root(string service, params string[] ports)
    {
        var said = JsonNode.Parse(await MsBuild(service, "-t:ComputeContainerBaseImage", "-getItem:ContainerPort",
            "-getProperty:ContainerBaseImage,ContainerUser,ContainerRepository,ContainerImageTag,AssemblyName"))!;
        var properties = said["Properties"]!;
        Assert.Equal("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra", (string?)properties["ContainerBaseImage"]);
        Assert.Equal("1654", (string?)properties["ContainerUser"]);
        // What the Compose file and the charts call it, and what its health check there runs.
        Assert.Equal($"intervision/{service.ToLowerInvariant()}", (string?)properties["ContainerRepository"]);
        Assert.Equal($"Intervision.{service}", (string?)properties["AssemblyName"]);
        Assert.Equal("0.1.0", (string?)properties["ContainerImageTag"]);
        Assert.Equal(ports, said["Items"]!["ContainerPort"]!.AsArray().Select(p => (string)p!["Identity"]!));
        var compose = await File.ReadAllTextAsync(Path.Combine(Root, "tests/AppHost.Tests/Publish/Approved/compose/compose.yaml"));
        Assert.Contains($"expose: [\"{ports[0]}\", \"{ports[1]}\"]", compose, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_holds_the_program_its_user_and_its_ports()
    {
        await using var registry = await LoopbackRegistry.Start();
        var archive = Path.Combine(_folder, "membership.tar");

        await MsBuild("Membership", "-t:Publish;PublishContainer", "-p:NoBuild=true", "-p:ContainerImageTag=1.2.3", $"-p:PublishDir={_folder}/publish/",
            $"-p:ContainerBaseImage={registry.Address}/dotnet/aspnet:10.0-noble-chiseled-extra", $"-p:ContainerArchiveOutputPath={archive}");

        var unpacked = Directory.CreateDirectory(Path.Combine(_folder, "image")).FullName;
        await TarFile.ExtractToDirectoryAsync(archive, unpacked, overwriteFiles: false);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(unpacked, "manifest.json")))![0]!;
        Assert.Equal("intervision/membership:1.2.3", (string?)manifest["RepoTags"]![0]);
        var image = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(unpacked, (string)manifest["Config"]!)))!["config"]!;
        Assert.Equal("1654", (string?)image["User"]);
        Assert.Equal("/app/", (string?)image["WorkingDir"]);
        Assert.Equal(["dotnet", "/app/Intervision.Membership.dll"], image["Entrypoint"]!.AsArray().Select(w => (string)w!));
        Assert.Equal(["5101/tcp", "5111/tcp"], image["ExposedPorts"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        var layers = manifest["Layers"]!.AsArray().Select(l => (string)l!).ToList();
        Assert.Equal(2, layers.Count);
        var files = await FilesOf(Path.Combine(unpacked, layers[1]));
        Assert.Contains("app/Intervision.Membership.dll", files.Keys);
        Assert.Contains("app/Intervision.Membership.runtimeconfig.json", files.Keys);
        Assert.Contains("app/appsettings.json", files.Keys);
        // Nobody but root could change the program, and the process is not root.
        Assert.All(files.Values, mode => Assert.False(mode.HasFlag(UnixFileMode.OtherWrite)));
        Assert.DoesNotContain(files.Keys, f => f.Contains("secret", StringComparison.OrdinalIgnoreCase) || f.EndsWith(".key", StringComparison.Ordinal));
    }

    private static async Task<Dictionary<string, UnixFileMode>> FilesOf(string layer)
    {
        await using var bytes = File.OpenRead(layer);
        await using Stream content = bytes.ReadByte() == 0x1f ? new System.IO.Compression.GZipStream(bytes, System.IO.Compression.CompressionMode.Decompress) : bytes;
        bytes.Position = 0;
        await using var tar = new TarReader(content);
        var files = new Dictionary<string, UnixFileMode>(StringComparer.Ordinal);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (entry.EntryType == TarEntryType.RegularFile)
            {
                files[entry.Name.TrimStart('/', '.')] = entry.Mode;
            }
        }
        return files;
    }

    private static async Task<string> MsBuild(string service, params string[] arguments)
    {
        string[] all = ["msbuild", Path.Combine(Root, $"services/{service}/{service}.csproj"), $"-p:Configuration={Configuration}", "-nologo", "-v:quiet", "-nodeReuse:false", .. arguments];
        using var process = Process.Start(new ProcessStartInfo("dotnet", all) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token);
        Assert.True(process.ExitCode == 0, await said + await errors);
        return await said;
    }
}
