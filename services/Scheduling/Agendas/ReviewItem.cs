using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Outcome = Intervision.Scheduling.V1.ItemReview.Types.Outcome;

namespace Intervision.Scheduling.Agendas;

/// <summary>Passes one situation in review at the preparatory meeting: ready, postponed, or somebody is needed.</summary>
internal sealed class ReviewItem(Db db)
{
    public Task<ReviewItemResponse> Handle(ReviewItemRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
            var review = Validate(request);
            await People.MustKnow(tx, review.NeedsProfessional.Length > 0 ? [review.NeedsProfessional] : [], meeting.Date);
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, request.Case, review));
            if (review.Outcome == Outcome.Postponed)
            {
                await WaitingList.Return(tx, [request.Case]);
            }

            return new ReviewItemResponse { Session = SessionView.For(saved, actor) };
        });
    }

    internal static Decided Decide(Meeting meeting, string caseName, ItemReview review)
    {
        // Once convened, TakeCaseOff and MoveCase change the agenda.
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared);
        var item = HandPlacing.MustBeOnAgenda(meeting, caseName);
        HoldPreparatoryMeeting.MustHaveFixedAgenda(meeting);
        return review.Outcome == Outcome.Postponed
            ? HandPlacing.Off(meeting, item, review.Reason, new Dictionary<string, Person>(StringComparer.Ordinal), review)
            : new Decided(meeting.With(item with { Review = review }));
    }

    /// <summary>Only what goes with the outcome is kept.</summary>
    internal static ItemReview Validate(ReviewItemRequest request)
    {
        var review = request.Review ?? new ItemReview();
        var (postponed, needs) = (review.Outcome == Outcome.Postponed, review.Outcome == Outcome.NeedsSomebody);
        var broken = new Violations();
        AgendaReasons.CheckCase(broken, request.Case);
        broken.Check(review.Outcome != Outcome.Unspecified && Enum.IsDefined(review.Outcome), "review.outcome", "OUTCOME_MISSING", "Prête, reportée, ou quelqu'un manque ?");
        AgendaReasons.Check(broken, postponed ? review.Reason : "", mandatory: postponed, "review.reason");
        broken.Check(
            !needs || review.NeedsFunction.Length > 0 || review.NeedsProfessional.Length > 0,
            "review.needs_function", "NEED_MISSING", "Qui manque : une fonction ou une personne ?");
        broken.Check(
            !needs || review.NeedsFunction.Length == 0 || AgendaReasons.IsFunction(review.NeedsFunction),
            "review.needs_function", "UNKNOWN_FUNCTION", "Cette fonction n'est pas dans la liste.");
        broken.Check(
            !needs || review.NeedsProfessional.Length == 0 || review.NeedsProfessional.StartsWith("professionals/", StringComparison.Ordinal),
            "review.needs_professional", "PROFESSIONAL_NAME_INVALID", "Le nom de la personne est attendu : professionals/….");
        broken.ThrowIfAny();
        return new ItemReview
        {
            Outcome = review.Outcome,
            Reason = postponed ? review.Reason : "",
            NeedsFunction = needs ? review.NeedsFunction : "",
            NeedsProfessional = needs ? review.NeedsProfessional : "",
        };
    }
}
