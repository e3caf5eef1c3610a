using Grpc.Core;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Demo.Season;

/// <summary>What a service answered when it said no.</summary>
internal sealed record Refusal(string Reason, string Message)
{
    /// <summary>Null for a failure that is not a decision.</summary>
    public static Refusal? Of(RpcException e) => e.Reason() is { } reason and not "INTERNAL"
        ? new Refusal(reason, e.FrenchMessage() ?? e.Status.Detail)
        : null;
}
