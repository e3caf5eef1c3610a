namespace Grpc.Core;

/// <summary>What of a server call its own outgoing calls take over.</summary>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    public static readonly ContextPropagationOptions Default = new();

    public bool IsPropagateDeadline { get; } = propagateDeadline;
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}

/// <summary>A server call as seen by the calls made on its behalf; opaque.</summary>
public abstract class ContextPropagationToken
{
    private protected ContextPropagationToken() { }
}
