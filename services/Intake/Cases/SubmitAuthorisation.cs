using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Cases;

/// <summary>Who may deposit what: one of the caller's roles is enough.</summary>
internal static class SubmitAuthorisation
{
    public static bool May(SubmitCaseRequest request, SubmitFacts facts, Caller caller) =>
        caller.Has(Roles.Coordinator)
        || (InOwnName(request, caller) && (
            (caller.Has(Roles.Professional) && caller.Is(request.Requester, facts.RequesterRpps))
            || (caller.HasAny(Roles.Referent, Roles.HostCoordinator) && ConcernsOwnPole(request, facts, caller))
            || (caller.Has(Roles.Cpts) && ConcernsOwnTerritory(request, facts, caller))));

    /// <summary>A CPTS's numbers are its own: nobody else takes or tries them.</summary>
    private static bool InOwnName(SubmitCaseRequest request, Caller caller) =>
        request.SubmittingOrganisation.Length == 0 || (caller.Has(Roles.Cpts) && request.SubmittingOrganisation == caller.Cpts);

    /// <summary>A commune that no pôle covers may be deposited by any référent: regional triage settles it.</summary>
    private static bool ConcernsOwnPole(SubmitCaseRequest request, SubmitFacts facts, Caller caller) =>
        request.Pole.Length > 0
            ? caller.Poles.Contains(request.Pole)
            : facts.Candidates.Length == 0 || facts.Candidates.Any(caller.Poles.Contains);

    /// <summary>
    /// A commune of its own territory, in a pôle that covers it if one is said; or, without a commune, a pôle that touches its
    /// territory. No place at all is left to validation.
    /// </summary>
    private static bool ConcernsOwnTerritory(SubmitCaseRequest request, SubmitFacts facts, Caller caller)
    {
        if (string.IsNullOrEmpty(caller.Cpts) || request.SubmittingOrganisation != caller.Cpts)
        {
            return false;
        }

        return request.Commune.Length > 0
            ? facts.CommuneInTerritory && (request.Pole.Length == 0 || facts.PoleCoversCommune)
            : request.Pole.Length == 0 || facts.PoleInTerritory;
    }
}
