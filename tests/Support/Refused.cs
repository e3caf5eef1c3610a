using Grpc.Core;
using Intervision.ServiceDefaults.Grpc;
using Xunit;

namespace Intervision.Tests.Support;

/// <summary>Asserts how a call is refused.</summary>
public static class Refused
{
    /// <summary>The call fails with this status and reason, and says why in French.</summary>
    public static async Task<RpcException> With<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
        return refused;
    }
}
