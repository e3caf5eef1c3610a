namespace Intervision.ServiceDefaults.Grpc;

/// <summary>The id by which a request that comes again is known (DESIGN §6).</summary>
public static class RequestIds
{
    /// <exception cref="RuleBroken">REQUEST_ID_INVALID.</exception>
    public static Guid MustBeUuid(string? said) =>
        Guid.TryParse(said, out var id)
            ? id
            : throw RuleBroken.Invalid("request_id", "REQUEST_ID_INVALID", "L'identifiant de requête doit être un UUID.");
}
