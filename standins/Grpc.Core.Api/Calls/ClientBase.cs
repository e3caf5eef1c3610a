namespace Grpc.Core;

/// <summary>The base of every generated client.</summary>
public abstract class ClientBase<T> : ClientBase where T : ClientBase<T>
{
    protected ClientBase() { }
    protected ClientBase(ChannelBase channel) : base(channel) { }
    protected ClientBase(CallInvoker callInvoker) : base(callInvoker) { }
    protected ClientBase(ClientBaseConfiguration configuration) : base(configuration) { }

    /// <summary>The same client whose calls name another virtual host (<c>:authority</c>).</summary>
    public T WithHost(string host) => NewInstance(Configuration.WithHost(host));

    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}

/// <summary>The part of a generated client that does not depend on its type.</summary>
public abstract class ClientBase
{
    private readonly CallInvoker? _invoker;

    /// <summary>For test doubles that override the methods.</summary>
    protected ClientBase() : this(new ClientBaseConfiguration(null, null)) { }

    protected ClientBase(ChannelBase channel) : this(NotNull(channel).CreateCallInvoker()) { }
    protected ClientBase(CallInvoker callInvoker) : this(new ClientBaseConfiguration(NotNull(callInvoker), null)) { }

    protected ClientBase(ClientBaseConfiguration configuration)
    {
        Configuration = NotNull(configuration);
        _invoker = configuration.CreateInvoker();
    }

    protected CallInvoker CallInvoker =>
        _invoker ?? throw new NotSupportedException("This client was made without a channel: override the method you call.");

    internal ClientBaseConfiguration Configuration { get; }

    private static TValue NotNull<TValue>(TValue value) where TValue : class
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    /// <summary>How a client makes its calls; opaque.</summary>
    protected internal class ClientBaseConfiguration
    {
        private readonly CallInvoker? _undecorated;
        private readonly string? _host;

        internal ClientBaseConfiguration(CallInvoker? undecorated, string? host) => (_undecorated, _host) = (undecorated, host);

        internal CallInvoker? CreateInvoker() =>
            _undecorated is null || _host is null ? _undecorated : new Interceptors.HostCallInvoker(_undecorated, _host);

        internal ClientBaseConfiguration WithHost(string host)
        {
            ArgumentNullException.ThrowIfNull(host);
            return new(_undecorated, host);
        }
    }
}
