namespace Intervision.ServiceDefaults.Security;

/// <summary>
/// Declares on an RPC who may call it. <see cref="Authorisation"/> refuses everybody else before the request is looked
/// at, and the pages <c>docs/authorisation-*.md</c> are generated from it.
/// </summary>
/// <param name="roles">Any one of them is enough.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class CalledByAttribute(params string[] roles) : Attribute
{
    /// <summary>See <see cref="Security.Roles"/>.</summary>
    public IReadOnlyList<string> Roles => roles;

    /// <summary>What bounds these roles, see <see cref="Security.Within"/>; the verb itself enforces it. Empty: nothing does.</summary>
    public string Within { get; init; } = "";
}

/// <summary>Any authenticated caller, whatever the role; with <c>[AllowAnonymous]</c> anybody at all.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CalledByAnyoneAttribute : Attribute;

/// <summary>The bounds within which a role may act.</summary>
public static class Within
{
    /// <summary>The pôles in the token.</summary>
    public const string OwnPoles = "own pôles";

    /// <summary>A CPTS: the communes of its territory.</summary>
    public const string OwnTerritory = "own territory";

    /// <summary>The person of the token.</summary>
    public const string Oneself = "oneself";

    /// <summary>A CPTS: the requests it deposited.</summary>
    public const string OwnDeposits = "own deposits";

    /// <summary>Those who take part in the care of a case or in its session.</summary>
    public const string TiedToCase = "tied to the case";

    /// <summary>An authority: what was sent to it.</summary>
    public const string SentToThem = "sent to them";

    /// <summary>The sessions one leads or is invited to.</summary>
    public const string OwnSessions = "own sessions";
}
