using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Wiring;

internal static class ServiceDiscoveryVariables
{
    /// <summary>
    /// An endpoint named http or https goes by its scheme, any other by its name; numbers count from 0 per key. A service
    /// with replicas has one address for each, and as <c>NAME_ENDPOINT</c> that of the first.
    /// </summary>
    public static void Add(EnvironmentCallbackContext context, string service, IEnumerable<EndpointReference> endpoints)
    {
        foreach (var reference in endpoints)
        {
            var endpoint = reference.Annotation;
            var prefix = $"services__{service}__{(endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name)}__";
            var addresses = context.ExecutionContext.IsPublishMode ? [reference] : AddressesOf(endpoint);
            foreach (var address in addresses)
            {
                AddAddress(context.EnvironmentVariables, prefix, address);
            }
            context.EnvironmentVariables[$"{ResourceNames.AsVariable(service)}_{ResourceNames.AsVariable(endpoint.Name)}"] = addresses[0];
        }
    }

    private static object[] AddressesOf(EndpointAnnotation endpoint) =>
        endpoint.Replicas.Count == 0
            ? [endpoint.AllocatedEndpoint!.UriString]
            : [.. endpoint.Replicas.Select(r => r.AllocatedEndpoint!.UriString)];

    private static void AddAddress(Dictionary<string, object> environment, string prefix, object address)
    {
        var taken = environment.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (!taken.Exists(v => v.Value.Equals(address)))
        {
            environment[prefix + taken.Count] = address;
        }
    }
}
