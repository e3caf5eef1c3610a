using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

/// <summary>
/// What bounds the client of a CPTS: the communes of its territory. Beyond it, what exists and what does not look the
/// same. The conditions go into the queries themselves, with the parameter <c>@cpts</c> (null: no bound).
/// </summary>
internal static class CptsBounds
{
    /// <summary>For a query whose pôle is <c>p</c>: one that touches the territory.</summary>
    public const string Pole =
        """
        (@cpts::text is null or exists (
          select from pole_commune pc join cpts_territory ct on ct.commune = pc.commune where pc.pole = p.code and ct.organisation = @cpts))
        """;

    /// <summary>For a query whose organisation is <c>o</c>: the CPTS itself, and those of its communes.</summary>
    public const string Organisation =
        """
        (@cpts::text is null or o.identifier = @cpts or exists (
          select from cpts_territory ct where ct.organisation = @cpts and ct.commune = o.commune))
        """;

    /// <summary>For a query whose professional is <c>p</c>: with an activity in force on <c>@today</c> in a structure of its communes.</summary>
    public const string Professional =
        """
        (@cpts::text is null or exists (
          select from activity ca join organisation co on co.identifier = ca.organisation
          join cpts_territory ct on ct.commune = co.commune and ct.organisation = @cpts
          where ca.professional_id = p.professional_id and ca.from_date <= @today and (ca.until_date is null or ca.until_date > @today)))
        """;

    /// <summary>Identifier of the CPTS that bounds the caller; null when nothing does.</summary>
    /// <exception cref="RuleBroken">PERMISSION_DENIED for a CPTS client whose token names no CPTS.</exception>
    public static string? Of(Caller caller) =>
        caller.Has(Roles.Cpts) && caller.Roles.Count == 1 ? Names.IdOf(Names.Organisations, caller.Cpts ?? "") ?? throw RuleBroken.Denied() : null;

    /// <exception cref="RuleBroken">PERMISSION_DENIED beyond the territory, for communes that do not exist too.</exception>
    public static async Task MustHold(Tx tx, string? cpts, string commune)
    {
        if (cpts is not null
            && !await tx.Single<bool>("select exists (select from cpts_territory where organisation = @cpts and commune = @commune)", new { cpts, commune }))
        {
            throw RuleBroken.Denied();
        }
    }
}
