using System.Security.Claims;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.ServiceDefaults.Security;

/// <summary>Who calls, as the token says (DESIGN §6). Decisions take it as an argument.</summary>
/// <param name="Subject">The token's <c>sub</c>: <c>professionals/{id}</c> for a known person.</param>
/// <param name="Roles">See <see cref="Security.Roles"/>.</param>
/// <param name="Rpps">11 digits, when the person has one.</param>
/// <param name="Poles">Names of pôles (<c>poles/P12</c>) that referent and host_coordinator act for.</param>
/// <param name="Organisation">Name of the caller's organisation, when said.</param>
/// <param name="Cpts">Name of the CPTS (<c>organisations/…</c>) that a cpts token acts for.</param>
public sealed record Caller(
    string Subject,
    IReadOnlySet<string> Roles,
    string? Rpps,
    IReadOnlySet<string> Poles,
    string? Organisation,
    string? Cpts)
{
    public bool Has(string role) => Roles.Contains(role);

    public bool HasAny(params ReadOnlySpan<string> roles)
    {
        foreach (var role in roles)
        {
            if (Roles.Contains(role))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the caller is this person: by name, or by RPPS when both have one.</summary>
    public bool Is(string professional, string? rpps = null) =>
        Subject == professional || (!string.IsNullOrEmpty(rpps) && Rpps == rpps);

    /// <summary>Whether the caller acts for this pôle as référent or host coordinator.</summary>
    public bool IsOf(string pole) =>
        HasAny(Security.Roles.Referent, Security.Roles.HostCoordinator) && Poles.Contains(pole);

    /// <exception cref="RuleBroken">PERMISSION_DENIED when the caller has none of the roles.</exception>
    public void MustHave(params ReadOnlySpan<string> roles)
    {
        if (!HasAny(roles))
        {
            throw RuleBroken.Denied();
        }
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED unless coordinator, or référent/host coordinator of the pôle.</exception>
    public void MustOrganise(string pole)
    {
        if (!Has(Security.Roles.Coordinator) && !IsOf(pole))
        {
            throw RuleBroken.Denied();
        }
    }

    /// <summary>Reads the claims sub, role, rpps, pole, organisation, cpts.</summary>
    public static Caller From(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return new Caller(
            principal.FindFirstValue("sub") ?? "",
            principal.FindAll("role").Select(c => c.Value).ToHashSet(StringComparer.Ordinal),
            principal.FindFirstValue("rpps"),
            principal.FindAll("pole").Select(c => c.Value).ToHashSet(StringComparer.Ordinal),
            principal.FindFirstValue("organisation"),
            principal.FindFirstValue("cpts"));
    }
}
