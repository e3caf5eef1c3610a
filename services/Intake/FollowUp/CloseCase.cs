using System.Globalization;
using Intervision.Intake.Cases;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>Closes a case with its outcome (DOMAIN §5 C7).</summary>
internal sealed class CloseCase(Db db)
{
    public Task<CloseCaseResponse> Handle(CloseCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, FollowUpRules.May);
            var last = await Intervisions.Last(tx, before);
            var after = Decide(before, request.Outcome, last, await Reviews(tx, before, last), Paris.DateOf(call.Now));
            if (before.State == CaseState.InFollowUp)
            {
                MustHaveReturned(before, await Returns.Missing(tx, before));
            }

            var saved = await CaseStore.Save(tx, before, after, "CloseCase", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, new CaseClosed { Case = saved.Name, Intervisions = last?.Rank ?? 0 });
            return new CloseCaseResponse { Case = saved.View(call.Caller) };
        });

    /// <param name="last">Null when no table spoke of the case.</param>
    /// <param name="reviews">Of that intervision, in the order of recording.</param>
    /// <exception cref="RuleBroken">OUTCOME_INVALID, CASE_NOT_IN_FOLLOW_UP, OUTCOME_NOT_RECORDED.</exception>
    internal static Case Decide(Case before, Outcome outcome, PastIntervision? last, IReadOnlyList<RecordedReview> reviews, DateOnly today)
    {
        var code = FollowUpRules.EndCode(outcome);
        FollowUpRules.MustBeInFollowUp(before, CaseState.ConsentWithdrawn);
        if (last is null)
        {
            throw RuleBroken.NotNow(
                "CASE_NOT_IN_FOLLOW_UP", "Aucune séance n'a évoqué ce dossier : il s'abandonne, il ne se clôt pas.", "STATE", before.Name);
        }

        var known = before.State == CaseState.ConsentWithdrawn
            // Nothing more is asked about a patient who no longer agrees.
            ? !FollowUpRules.IsAnswer(outcome)
            : IsLastAnswer(outcome, reviews) || IsLostAtSixMonths(outcome, last, reviews, today);
        return known
            ? before with { State = CaseState.Closed, EndCode = code }
            : throw RuleBroken.NotNow(
                "OUTCOME_NOT_RECORDED", "Un dossier se clôt sur l'issue de son dernier bilan, ou perdu de vue à six mois.", "STATE", before.Name);
    }

    /// <exception cref="RuleBroken">RETURN_MISSING: somebody still waits to hear what was decided, by the rank of its intervision.</exception>
    private static void MustHaveReturned(Case before, IReadOnlyList<int> missing)
    {
        if (missing.Count > 0)
        {
            throw RuleBroken.NotNow(
                "RETURN_MISSING", "Le retour au demandeur et au médecin traitant est à enregistrer, pour chaque intervision, avant de clore.",
                "STATE", before.Name, ("rank", missing[0].ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static bool IsLastAnswer(Outcome outcome, IReadOnlyList<RecordedReview> reviews) => reviews.Count > 0 && reviews[^1].Outcome == outcome;

    private static bool IsLostAtSixMonths(Outcome outcome, PastIntervision last, IReadOnlyList<RecordedReview> reviews, DateOnly today) =>
        outcome == Outcome.LostToFollowUp && today >= last.SixMonths && reviews.All(r => r.Review != OutcomeReview.SixMonths);

    private static Task<IReadOnlyList<RecordedReview>> Reviews(Tx tx, Case of, PastIntervision? last) => tx.Query<RecordedReview>(
        "select review, outcome from outcome_review where case_id = @Id and rank = @Rank order by no", new { of.Id, Rank = last?.Rank ?? 0 });
}

/// <summary>What a review answered.</summary>
internal sealed record RecordedReview
{
    public OutcomeReview Review { get; init; }

    public Outcome Outcome { get; init; }
}
