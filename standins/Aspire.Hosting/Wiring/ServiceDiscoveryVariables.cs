using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Wiring;

internal static class ServiceDiscoveryVariables
{
    /// <summary>An endpoint named http or https goes by its scheme, any other by its name; numbers count from 0 per key.</summary>
    public static void Add(Dictionary<string, object> environment, string service, IEnumerable<EndpointAnnotation> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            var key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
            var url = endpoint.AllocatedEndpoint!.UriString;
            var prefix = $"services__{service}__{key}__";
            var taken = environment.Keys.Count(k => k.StartsWith(prefix, StringComparison.Ordinal));
            if (!environment.Any(v => v.Key.StartsWith(prefix, StringComparison.Ordinal) && (v.Value as string) == url))
            {
                environment[prefix + taken] = url;
            }
            environment[$"{ResourceNames.AsVariable(service)}_{ResourceNames.AsVariable(endpoint.Name)}"] = url;
        }
    }
}
