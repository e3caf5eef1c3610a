using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory;

/// <summary>The channel is shared; what surrounds it belongs to the scope the client is resolved in.</summary>
internal sealed class DefaultGrpcClientFactory(
    IServiceProvider services, GrpcChannels channels, IOptionsMonitor<GrpcClientFactoryOptions> options) : GrpcClientFactory
{
    public override TClient CreateClient<TClient>(string name)
    {
        var configured = options.Get(name);
        var invoker = channels.Get(name, configured);
        foreach (var registration in configured.InterceptorRegistrations.Reverse().Where(one => one.Scope == InterceptorScope.Client))
            invoker = invoker.Intercept(registration.Creator(services));
        if (configured.CallOptionsActions.Count > 0)
            invoker = new CallOptionsInvoker(invoker, configured.CallOptionsActions, services);
        return configured.Creator is { } create
            ? (TClient)create(invoker)
            : ActivatorUtilities.CreateInstance<TClient>(services, invoker);
    }
}
