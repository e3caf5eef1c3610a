using System.Reflection;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting;

/// <summary>
/// Where a project's built program is. The app host's build writes it down for each project it refers to, as
/// assembly metadata <c>projectoutput:PATH.csproj</c>; for others, the newest under the project's <c>bin</c>.
/// </summary>
internal static class ProjectOutputs
{
    public static string? Metadata(Assembly? assembly, string key) => assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => string.Equals(a.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    public static ProcessPlan Plan(LaunchContext context, string projectPath, Assembly? appHost)
    {
        var program = Metadata(appHost, "projectoutput:" + projectPath) ?? Newest(projectPath);
        return program is not null && File.Exists(program)
            ? new ProcessPlan(DotNet(), [program, .. context.Arguments], Path.GetDirectoryName(projectPath)!) { Environment = context.Environment }
            : throw new DistributedApplicationException($"« {context.Resource.Name} » ne peut pas démarrer : {projectPath} n'est pas construit (dotnet build).");
    }

    private static string? Newest(string projectPath)
    {
        var bin = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(projectPath)!, "bin"));
        var name = Path.GetFileNameWithoutExtension(projectPath);
        return !bin.Exists ? null : bin.EnumerateFiles(name + ".dll", SearchOption.AllDirectories)
            .Where(f => File.Exists(Path.ChangeExtension(f.FullName, ".runtimeconfig.json")))
            .OrderByDescending(f => f.LastWriteTimeUtc)
            .FirstOrDefault()?.FullName;
    }

    /// <summary>The runtime that runs the app host, so that both are the same.</summary>
    private static string DotNet() =>
        Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : Commands.Find("dotnet", Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? [root] : [])
            ?? throw new DistributedApplicationException("La commande « dotnet » est introuvable : ajoutez le SDK .NET au PATH.");
}
