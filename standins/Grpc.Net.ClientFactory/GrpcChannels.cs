using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.ClientFactory;

/// <summary>One channel per client name, for the life of the process.</summary>
internal sealed class GrpcChannels(IServiceProvider services, IHttpMessageHandlerFactory handlers, ILoggerFactory logging) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<(GrpcChannel Channel, CallInvoker Invoker)>> _byName = new(StringComparer.Ordinal);

    public CallInvoker Get(string name, GrpcClientFactoryOptions options) =>
        _byName.GetOrAdd(name, _ => new(() => Create(name, options))).Value.Invoker;

    private (GrpcChannel Channel, CallInvoker Invoker) Create(string name, GrpcClientFactoryOptions options)
    {
        var channelOptions = new GrpcChannelOptions
        {
            HttpHandler = handlers.CreateHandler(name),
            LoggerFactory = logging,
            ServiceProvider = services,
        };
        foreach (var configure in options.ChannelOptionsActions)
            configure(channelOptions);
        var address = options.Address
            ?? throw new InvalidOperationException($"The gRPC client '{name}' has no address: set GrpcClientFactoryOptions.Address.");
        var channel = GrpcChannel.ForAddress(address, channelOptions);

        var invoker = channel.CreateCallInvoker();
        foreach (var registration in options.InterceptorRegistrations.Reverse().Where(one => one.Scope == InterceptorScope.Channel))
            invoker = invoker.Intercept(registration.Creator(services));
        return (channel, invoker);
    }

    public void Dispose()
    {
        foreach (var made in _byName.Values.Where(one => one.IsValueCreated))
            made.Value.Channel.Dispose();
    }
}
