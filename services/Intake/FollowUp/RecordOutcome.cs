using Intervision.Intake.Cases;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>Records what the requester answers three and six months after the discussion: the outcome, and each decision.</summary>
internal sealed class RecordOutcome(Db db)
{
    /// <summary>How long before its day a review may be answered, when somebody knows how the patient is.</summary>
    private const int DaysEarly = 30;

    public Task<RecordOutcomeResponse> Handle(RecordOutcomeRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(tx, request.Name, request.Etag, call, FollowUpRules.May);
            FollowUpRules.MustBeInFollowUp(before);
            var last = await Intervisions.Last(tx, before) ?? throw new InvalidOperationException("In follow-up without an intervision.");
            var positions = await tx.Query<int>(
                "select position from decision where case_id = @Id and session = @Session", new { before.Id, last.Session });
            var today = Paris.DateOf(call.Now);
            OutcomeValidation.Check(request, positions, today);
            Decide(before, request, last, today);
            await Insert(tx, before, request, last, call);
            var saved = await CaseStore.Save(tx, before, before, $"RecordOutcome:{request.Review}", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, new OutcomeRecorded
            {
                Case = saved.Name, Rank = last.Rank, Review = request.Review, NewIntervisionWanted = request.NewIntervisionWanted,
            });
            return new RecordOutcomeResponse { Case = saved.View(call.Caller) };
        });

    /// <exception cref="RuleBroken">CASE_NOT_IN_FOLLOW_UP, OUTCOME_TOO_EARLY, DONE_BEFORE_DISCUSSION.</exception>
    internal static void Decide(Case before, RecordOutcomeRequest request, PastIntervision of, DateOnly today)
    {
        FollowUpRules.MustBeInFollowUp(before);
        if (FollowUpRules.IsAnswer(request.Outcome) && today < of.DueOf(request.Review).AddDays(-DaysEarly))
        {
            throw RuleBroken.NotNow("OUTCOME_TOO_EARLY", "Ce bilan se fait au plus tôt trente jours avant son échéance.", "STATE", before.Name);
        }

        if (request.Decisions.Any(d => d.Done && d.DoneDate.ToDate() < of.Day))
        {
            throw RuleBroken.NotNow("DONE_BEFORE_DISCUSSION", "Une décision n'est pas réalisée avant la séance qui l'a prise.", "STATE", before.Name);
        }
    }

    private static Task Insert(Tx tx, Case of, RecordOutcomeRequest request, PastIntervision intervision, Call call) => tx.Execute(
        """
        with recorded as (
          insert into outcome_review (case_id, rank, no, review, outcome, new_intervision_wanted, recorder, record_time)
          select @Id, @Rank, coalesce(max(no), 0) + 1, @review, @outcome, @NewIntervisionWanted, @Subject, @Now
          from outcome_review where case_id = @Id and rank = @Rank
          returning no)
        insert into decision_progress (case_id, rank, no, session, position, done_date)
        select @Id, @Rank, r.no, @Session, d.position, d.done_date
        from recorded r, unnest(@positions, @doneDates::date[]) as d (position, done_date)
        """,
        new
        {
            of.Id,
            intervision.Rank,
            intervision.Session,
            review = request.Review.ToString(),
            outcome = request.Outcome.ToString(),
            request.NewIntervisionWanted,
            call.Caller.Subject,
            call.Now,
            positions = request.Decisions.Select(d => d.Position).ToArray(),
            doneDates = request.Decisions.Select(d => d.DoneDate.ToDate()).ToArray(),
        });
}
