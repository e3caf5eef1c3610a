using Grpc.Core;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>One field of a request that does not fit, with its reason and a French sentence.</summary>
public sealed record FieldViolation(string Field, string Reason, string French);

/// <summary>One condition that does not hold: STATE, CONSENT, CONVENTION, … and the resource concerned.</summary>
public sealed record Precondition(string Type, string Subject, string Description);

/// <summary>
/// A rule of the trade says no. The one way a decision refuses: the interceptor turns it into <c>google.rpc.Status</c>
/// with one <c>ErrorInfo</c> and a French <c>LocalizedMessage</c> (API §9). Reasons are UPPER_SNAKE_CASE, part of the API.
/// </summary>
public sealed class RuleBroken : Exception
{
    private RuleBroken(StatusCode code, string reason, string french)
        : base($"{reason}: {french}") => (Code, Reason, French) = (code, reason, french);

    public StatusCode Code { get; }

    public string Reason { get; }

    public string French { get; }

    public IReadOnlyList<FieldViolation> Violations { get; private init; } = [];

    /// <summary>What does not hold, for FAILED_PRECONDITION.</summary>
    public IReadOnlyList<Precondition> Preconditions { get; private init; } = [];

    /// <summary>When to try again, for UNAVAILABLE and RESOURCE_EXHAUSTED.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Every dynamic value of the message, by lowerCamelCase key.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; private init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>PERMISSION_DENIED, the same whether or not the resource exists (API §10).</summary>
    public static RuleBroken Denied() =>
        new(StatusCode.PermissionDenied, "PERMISSION_DENIED", "Vous n'avez pas accès à cette ressource ou à cette action.");

    /// <summary>
    /// NOT_FOUND, only for callers who may see the parent. What has not the form of a name is not quoted: it may be anything
    /// that somebody has pasted, and answers are logged.
    /// </summary>
    public static RuleBroken NotFound(string name) => IsName(name)
        ? new(StatusCode.NotFound, "NOT_FOUND", $"« {name} » n'existe pas.") { Facts = Of(("name", name)) }
        : new(StatusCode.NotFound, "NOT_FOUND", "Cette ressource n'existe pas.");

    /// <summary>INVALID_ARGUMENT for one field.</summary>
    public static RuleBroken Invalid(string field, string reason, string french) =>
        Invalid([new FieldViolation(field, reason, french)]);

    /// <summary>INVALID_ARGUMENT: the reason is that of the first violation in field order; all are in the details.</summary>
    public static RuleBroken Invalid(IReadOnlyList<FieldViolation> violations)
    {
        ArgumentNullException.ThrowIfNull(violations);
        return new(StatusCode.InvalidArgument, violations[0].Reason, violations[0].French)
        {
            Violations = violations,
            Facts = Of(("field", violations[0].Field)),
        };
    }

    /// <summary>FAILED_PRECONDITION.</summary>
    public static RuleBroken NotNow(
        string reason, string french, string type = "STATE", string subject = "", params (string Key, string Value)[] facts) =>
        new(StatusCode.FailedPrecondition, reason, french)
        {
            Preconditions = [new Precondition(type, subject, reason)],
            Facts = Of(facts),
        };

    /// <summary>FAILED_PRECONDITION for several conditions at once: the reason is that of the first; all are in the details.</summary>
    public static RuleBroken NotNow(string type, string subject, IReadOnlyList<(string Reason, string French)> failed)
    {
        ArgumentNullException.ThrowIfNull(failed);
        return new(StatusCode.FailedPrecondition, failed[0].Reason, string.Join(' ', failed.Select(f => f.French)))
        {
            Preconditions = [.. failed.Select(f => new Precondition(type, subject, f.Reason))],
            Facts = Of(("name", subject)),
        };
    }

    /// <summary>ABORTED: the etag is not the current one; read again.</summary>
    public static RuleBroken Stale(string name) =>
        new(StatusCode.Aborted, "ETAG_MISMATCH", $"« {name} » a changé entre-temps : relisez puis recommencez.") { Facts = Of(("name", name)) };

    /// <summary>ALREADY_EXISTS, e.g. REQUEST_ID_REUSED, EXTERNAL_ID_REUSED.</summary>
    public static RuleBroken Exists(string reason, string french, params (string Key, string Value)[] facts) =>
        new(StatusCode.AlreadyExists, reason, french) { Facts = Of(facts) };

    /// <summary>RESOURCE_EXHAUSTED.</summary>
    public static RuleBroken TooMuch(string reason, string french, TimeSpan? retryAfter = null) =>
        new(StatusCode.ResourceExhausted, reason, french) { RetryAfter = retryAfter };

    /// <summary>UNAUTHENTICATED: a new token is needed.</summary>
    public static RuleBroken Unauthenticated(string reason, string french) => new(StatusCode.Unauthenticated, reason, french);

    /// <summary>UNAVAILABLE: nothing changed, try again.</summary>
    public static RuleBroken Unavailable(string reason, string french, TimeSpan? retryAfter = null) =>
        new(StatusCode.Unavailable, reason, french) { RetryAfter = retryAfter ?? TimeSpan.FromSeconds(1) };

    private static bool IsName(string text) =>
        text.Contains('/', StringComparison.Ordinal) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.');

    private static Dictionary<string, string> Of(params (string Key, string Value)[] facts) =>
        facts.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
}
