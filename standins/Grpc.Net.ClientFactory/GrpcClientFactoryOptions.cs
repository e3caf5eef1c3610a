using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Grpc.Net.ClientFactory;

/// <summary>How the clients of one name are made.</summary>
public class GrpcClientFactoryOptions
{
    /// <summary>The server; <c>http</c> means HTTP/2 in clear.</summary>
    public Uri? Address { get; set; }

    /// <summary>Run once, when the channel of the name is made.</summary>
    public IList<Action<GrpcChannelOptions>> ChannelOptionsActions { get; } = [];

    /// <summary>Run before each call, outside of the interceptors.</summary>
    public IList<Action<CallOptionsContext>> CallOptionsActions { get; } = [];

    /// <summary>The first one is the outermost one.</summary>
    public IList<InterceptorRegistration> InterceptorRegistrations { get; } = [];

    /// <summary>Makes the client; by default its constructor that takes a <see cref="CallInvoker"/>.</summary>
    public Func<CallInvoker, object>? Creator { get; set; }
}

/// <summary>Whether an interceptor is made once for the channel, or anew with each client, from the client's scope.</summary>
public enum InterceptorScope
{
    Channel = 0,
    Client = 1,
}

/// <summary>An interceptor to be made from services.</summary>
public class InterceptorRegistration(InterceptorScope scope, Func<IServiceProvider, Interceptor> creator)
{
    public InterceptorScope Scope { get; } = scope;
    internal Func<IServiceProvider, Interceptor> Creator { get; } = creator;
}

/// <summary>The options of one call, to be changed, and the services of the client's scope.</summary>
public class CallOptionsContext
{
    internal CallOptionsContext(CallOptions callOptions, IServiceProvider services) => (CallOptions, Services) = (callOptions, services);

    public CallOptions CallOptions { get; set; }
    public IServiceProvider Services { get; }
}
