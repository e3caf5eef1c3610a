using Dapper;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Cases;

/// <summary>The rule of <see cref="Case.IsVisibleTo"/> for many cases at once.</summary>
internal static class CaseVisibility
{
    /// <summary>A condition on <see cref="CaseStore.From"/>.</summary>
    public const string Sql =
        """
        (@all
            or (@asPerson and (c.requester = @Subject or p.rpps = @Rpps))
            or c.pole = any (@poles)
            or (c.pole is null and c.candidate_poles && @poles)
            or c.submitting_organisation = @cpts)
        """;

    /// <summary>What <see cref="Sql"/> asks of the caller; add the parameters of the rest.</summary>
    public static DynamicParameters Parameters(Caller caller) => new(new
    {
        all = caller.Has(Roles.Coordinator),
        asPerson = caller.HasAny(Roles.Professional, Roles.Referent),
        caller.Subject,
        caller.Rpps,
        poles = caller.HasAny(Roles.Referent, Roles.HostCoordinator) ? caller.Poles.ToArray() : [],
        cpts = caller.Has(Roles.Cpts) ? caller.Cpts : null,
    });
}
