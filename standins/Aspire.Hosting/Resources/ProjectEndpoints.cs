using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Resources;

/// <summary>Where a project listens: its <c>Kestrel:Endpoints</c>, else the launch profile's addresses.</summary>
internal static class ProjectEndpoints
{
    public static IEnumerable<EndpointAnnotation> Of(string folder, string environment, LaunchProfile? profile, ProjectResourceOptions options)
    {
        var settings = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(folder, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(folder, $"appsettings.{environment}.json"), optional: true)
            .Build();
        var kestrel = settings.GetSection("Kestrel:Endpoints").GetChildren().Where(e => e["Url"] is not null).ToList();
        if (kestrel.Count == 0)
        {
            return (profile?.Urls ?? []).Select(url => FromAddress(BindingAddressOf(url), BindingAddressOf(url).Scheme, "http"));
        }
        return options.ExcludeKestrelEndpoints ? [] : FromKestrel(kestrel, settings["Kestrel:EndpointDefaults:Protocols"]);
    }

    /// <summary>One endpoint of a scheme goes by the scheme, several by their keys.</summary>
    private static IEnumerable<EndpointAnnotation> FromKestrel(List<IConfigurationSection> endpoints, string? defaultProtocols)
    {
        var perScheme = endpoints.GroupBy(e => BindingAddressOf(e["Url"]!).Scheme, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Count(), StringComparer.OrdinalIgnoreCase);
        foreach (var section in endpoints)
        {
            var address = BindingAddressOf(section["Url"]!);
            var http2 = string.Equals(section["Protocols"] ?? defaultProtocols, "Http2", StringComparison.OrdinalIgnoreCase);
            var endpoint = FromAddress(address, perScheme[address.Scheme] == 1 ? address.Scheme : section.Key, http2 ? "http2" : "http");
            endpoint.KestrelKey = section.Key;
            yield return endpoint;
        }
    }

    private static EndpointAnnotation FromAddress(Uri address, string name, string transport) =>
        new(ProtocolType.Tcp, address.Scheme, transport, name, port: address.Port) { TargetHost = address.Host };

    private static Uri BindingAddressOf(string url) =>
        new(url.Replace("://*", "://localhost", StringComparison.Ordinal).Replace("://+", "://localhost", StringComparison.Ordinal));
}
