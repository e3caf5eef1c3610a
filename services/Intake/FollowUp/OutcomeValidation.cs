using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.FollowUp;

/// <summary>What the answer of a review must say.</summary>
internal static class OutcomeValidation
{
    /// <param name="positions">The decisions of the discussion that is reviewed.</param>
    /// <param name="today">Civil date, Europe/Paris.</param>
    public static void Check(RecordOutcomeRequest request, IReadOnlyCollection<int> positions, DateOnly today)
    {
        var v = new Violations();
        v.Check(
            request.Review is OutcomeReview.ThreeMonths or OutcomeReview.SixMonths, "review", "REVIEW_INVALID", "Le bilan est celui de trois ou de six mois.");
        var said = v.Check(
            request.Outcome != Outcome.Unspecified && Enum.IsDefined(request.Outcome), "outcome", "OUTCOME_INVALID", "Dites ce que la situation est devenue.");
        v.Check(
            request.Outcome != Outcome.Deceased || !request.NewIntervisionWanted,
            "new_intervision_wanted", "NEW_INTERVISION_OF_DECEASED", "Une nouvelle intervision ne concerne pas une personne décédée.");
        v.Check(
            !said || !FollowUpRules.IsAnswer(request.Outcome) || positions.All(p => request.Decisions.Any(d => d.Position == p)),
            "decisions", "DECISIONS_INCOMPLETE", "Dites de chaque décision si elle est réalisée.");
        v.Check(
            request.Decisions.DistinctBy(d => d.Position).Count() == request.Decisions.Count, "decisions", "DECISION_TWICE", "Une décision figure deux fois.");
        for (var i = 0; i < request.Decisions.Count && i < 100; i++)
        {
            CheckDecision(v, $"decisions[{i}]", request.Decisions[i], positions, today);
        }

        v.ThrowIfAny();
    }

    private static void CheckDecision(Violations v, string field, DecisionProgress said, IReadOnlyCollection<int> positions, DateOnly today)
    {
        v.Check(positions.Contains(said.Position), $"{field}.position", "UNKNOWN_DECISION", "Cette décision n'a pas été prise.");
        var date = said.DoneDate.ToDate();
        v.Check(
            said.Done ? date is not null : said.DoneDate is null, $"{field}.done_date", "DONE_DATE_INVALID",
            "Une décision réalisée dit quel jour ; une décision qui ne l'est pas n'a pas de jour.");
        v.Check(date is null || date <= today, $"{field}.done_date", "DONE_IN_FUTURE", "Une décision n'est pas réalisée à l'avance.");
    }
}
