namespace Grpc.AspNetCore.ClientFactory;

public class GrpcContextPropagationOptions
{
    /// <summary>False: a call made outside of a gRPC call fails, because it has nothing to propagate.</summary>
    public bool SuppressContextNotFoundErrors { get; set; }
}
