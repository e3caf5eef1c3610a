using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>What is asked of an organisation that a person enters, beyond what an import row must be.</summary>
internal static class OrganisationEdits
{
    /// <exception cref="RuleBroken">INVALID_ARGUMENT with all that is wrong in it.</exception>
    public static void MustBeRight(Organisation organisation, DateOnly today)
    {
        var wrong = Gather(OrganisationContent.Wrong(organisation));
        wrong.Check(
            organisation.IdentifierVerifiedDate.ToDate() is not { } verified || verified <= today,
            "organisation.identifier_verified_date",
            "IDENTIFIER_VERIFIED_DATE_IN_FUTURE",
            "L'identifiant ne peut avoir été vérifié dans l'avenir.");
        wrong.ThrowIfAny();
    }

    /// <param name="formerPole">An import may name a pôle that comes after it; a person names one that is there.</param>
    /// <exception cref="RuleBroken">INVALID_ARGUMENT: UNKNOWN_KIND, UNKNOWN_COMMUNE, UNKNOWN_POLE.</exception>
    public static async Task MustReferToKnown(Tx tx, Organisation organisation, string formerPole)
    {
        var wrong = Gather((await OrganisationReferences.Load(tx, [organisation])).Unknown(organisation));
        wrong.Check(
            organisation.Pole.Length == 0 || organisation.Pole == formerPole
                || await tx.Single<bool>("select exists (select from pole where 'poles/' || code = @Pole)", new { organisation.Pole }),
            "organisation.pole",
            "UNKNOWN_POLE",
            $"Le pôle « {organisation.Pole} » n'existe pas.");
        wrong.ThrowIfAny();
    }

    private static Violations Gather(IEnumerable<FieldViolation> found)
    {
        var violations = new Violations();
        foreach (var violation in found)
        {
            violations.Add(violation);
        }

        return violations;
    }
}
