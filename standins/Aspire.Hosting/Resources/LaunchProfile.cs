using System.Text.Json;

namespace Aspire.Hosting.Resources;

/// <summary>A profile of <c>Properties/launchSettings.json</c>.</summary>
internal sealed record LaunchProfile(string Name, IReadOnlyDictionary<string, string> Variables, IReadOnlyList<string> Urls)
{
    /// <summary>The one that is named, else the first that runs the project.</summary>
    public static LaunchProfile? Find(string folder, string? name)
    {
        var file = Path.Combine(folder, "Properties", "launchSettings.json");
        if (!File.Exists(file))
        {
            return null;
        }
        using var settings = JsonDocument.Parse(File.ReadAllText(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (!settings.RootElement.TryGetProperty("profiles", out var profiles))
        {
            return null;
        }
        return profiles.EnumerateObject()
            .Where(p => name is null
                ? Text(p.Value, "commandName") is null or "Project" or "Executable"
                : string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase))
            .Select(Read)
            .FirstOrDefault();
    }

    private static LaunchProfile Read(JsonProperty profile)
    {
        var variables = profile.Value.TryGetProperty("environmentVariables", out var all)
            ? all.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.ToString(), StringComparer.Ordinal)
            : [];
        return new(profile.Name, variables, Text(profile.Value, "applicationUrl")?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? []);
    }

    private static string? Text(JsonElement element, string property) => element.TryGetProperty(property, out var value) ? value.GetString() : null;
}
