namespace Grpc.Net.ClientFactory;

/// <summary>Makes clients by name, where several of one type are needed; a single one is simply injected.</summary>
public abstract class GrpcClientFactory
{
    /// <exception cref="InvalidOperationException">No client of that name was added.</exception>
    public abstract TClient CreateClient<TClient>(string name) where TClient : class;
}
