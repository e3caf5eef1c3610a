using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>
/// Calls to a service with several instances, shared out by the caller, call by call: one HTTP/2 connection would stay
/// with one instance for ever. The instances are several addresses, or one name of DNS that leads to all of them
/// (<c>dns:///intake:5102</c>, a headless service of Kubernetes).
/// </summary>
public static class Balancing
{
    /// <summary>A name is asked again so often, and whenever a connection is lost: new instances get work within that time.</summary>
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(15);

    /// <summary>
    /// An instance that was away is called again within that time (by default two minutes): the next one must not be replaced
    /// while its callers still wait before they try the first.
    /// </summary>
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(3);

    /// <summary>What <see cref="GrpcChannel"/> is opened with.</summary>
    /// <param name="addresses">http(s) addresses, or one of DNS; not empty.</param>
    public static Uri Target(IReadOnlyList<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        return addresses.Count > 1 ? new Uri("static:///instances") : new Uri(addresses[0]);
    }

    /// <summary>Calls in turn to all instances that a connection leads to; nothing to do for a single address.</summary>
    public static void ShareOut(GrpcChannelOptions options, IReadOnlyList<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(addresses);
        var isName = addresses[0].StartsWith("dns:", StringComparison.Ordinal);
        if (addresses.Count == 1 && !isName)
        {
            return;
        }

        options.MaxReconnectBackoff = Reconnect;
        // Such addresses do not say it themselves.
        options.Credentials = addresses[0].StartsWith("https:", StringComparison.Ordinal) ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        options.ServiceConfig ??= new ServiceConfig();
        options.ServiceConfig.LoadBalancingConfigs.Add(new RoundRobinConfig());
        ResolverFactory resolver = isName ? new DnsResolverFactory(Refresh) : new StaticResolverFactory(_ => [.. addresses.Select(Instance)]);
        options.ServiceProvider = new ServiceCollection().AddSingleton(resolver).BuildServiceProvider();
    }

    private static BalancerAddress Instance(string address)
    {
        var uri = new Uri(address);
        return new BalancerAddress(uri.Host, uri.Port);
    }
}
