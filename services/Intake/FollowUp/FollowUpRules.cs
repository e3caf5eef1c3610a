using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>What the verbs of the follow-up have in common.</summary>
internal static class FollowUpRules
{
    /// <summary>The requester answers for the follow-up; référent and coordinator may do it for them.</summary>
    public static bool May(Case found, Caller caller) =>
        caller.Has(Roles.Coordinator) || found.IsRequestedBy(caller) || found.IsReferredBy(caller);

    /// <exception cref="RuleBroken">CASE_NOT_IN_FOLLOW_UP.</exception>
    public static void MustBeInFollowUp(Case found, params ReadOnlySpan<CaseState> orIn) =>
        found.MustBe("CASE_NOT_IN_FOLLOW_UP", "Ce dossier n'est pas en suivi.", [CaseState.InFollowUp, .. orIn]);

    /// <summary>DOMAIN §5, as a case says why it ended.</summary>
    public static string EndCode(Outcome outcome) => outcome switch
    {
        Outcome.Improved => "AMELIOREE",
        Outcome.Stable => "STABLE",
        Outcome.Worse => "AGGRAVEE",
        Outcome.LostToFollowUp => "PERDU_DE_VUE",
        Outcome.Deceased => "DECEDE",
        Outcome.NotApplicable => "SANS_OBJET",
        _ => throw RuleBroken.Invalid("outcome", "OUTCOME_INVALID", "Dites ce que la situation est devenue."),
    };

    /// <summary>Somebody knows how the patient is.</summary>
    public static bool IsAnswer(Outcome outcome) => outcome is Outcome.Improved or Outcome.Stable or Outcome.Worse;
}
