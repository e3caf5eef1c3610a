using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>
/// The follow-up sheet as a whole: each intervision with its decisions, reviews and due days. What was decided and what
/// became of it is kept when the patient withdraws or refuses, and then shown to the pôle's référent and to whoever
/// recorded it (DOMAIN §4); others see days and states.
/// </summary>
internal sealed class GetFollowUp(Db db)
{
    /// <summary>Case and decisions together: a withdrawal in between would show what it masks.</summary>
    public Task<GetFollowUpResponse> Handle(GetFollowUpRequest request, Call call) => db.ReadTogether(
        async tx =>
        {
            var found = await CaseStore.Find(tx, request.Case);
            return found is not null && (FollowUpRules.May(found, call.Caller) || found.IsOrganisedBy(call.Caller))
                ? await Load(tx, found, call.Caller)
                : throw RuleBroken.Denied();
        },
        call.Cancellation);

    /// <summary>
    /// Whether what this person recorded is shown. A table decides under an agreement alone: where there is none now it was
    /// taken back, and stays so until the patient agrees again; one that ran out hides nothing.
    /// </summary>
    internal static bool Shows(Case of, string? recorder, Caller caller) =>
        of.Consent is ConsentStatus.Granted or ConsentStatus.Expired || of.IsReferredBy(caller) || recorder == caller.Subject;

    private static async Task<GetFollowUpResponse> Load(Tx tx, Case found, Caller caller)
    {
        var decisions = await tx.Query<DecisionRow>(DecisionSql, new { found.Id });
        var reviews = await tx.Query<ReviewRow>(
            "select rank, review, outcome, new_intervision_wanted, recorder, record_time from outcome_review where case_id = @Id order by rank, no", new { found.Id });
        var intervisions = await tx.Query<IntervisionRow>(
            """
            select i.rank, i.session, i.discuss_time, f.three_months_date, f.six_months_date
            from intervision i left join follow_up f using (case_id, rank) where i.case_id = @Id order by i.rank
            """,
            new { found.Id });
        var response = new GetFollowUpResponse();
        foreach (var row in intervisions)
        {
            var intervision = new GetFollowUpResponse.Types.Intervision
            {
                Rank = row.Rank,
                Session = row.Session,
                DiscussTime = row.DiscussTime.ToProto(),
                ThreeMonthsDate = row.ThreeMonthsDate?.ToProto(),
                SixMonthsDate = row.SixMonthsDate?.ToProto(),
            };
            intervision.Decisions.Add(decisions.Where(d => d.Session == row.Session).Select(d => Shown(d, Shows(found, d.Recorder, caller))));
            intervision.Answers.Add(reviews.Where(r => r.Rank == row.Rank).Select(r => Shown(r, Shows(found, r.Recorder, caller))));
            response.Intervisions.Add(intervision);
        }

        return response;
    }

    // Of each decision, what the last review that spoke of it said.
    private const string DecisionSql =
        """
        select d.session, d.position, d.orientation, d.responsible, d.due_date, d.recorder, p.done_date
        from decision d
        left join lateral (
          select done_date from decision_progress p
          where p.case_id = d.case_id and p.session = d.session and p.position = d.position order by p.no desc limit 1) p on true
        where d.case_id = @Id order by d.session, d.position
        """;

    private static GetFollowUpResponse.Types.FollowedDecision Shown(DecisionRow row, bool whole) => new()
    {
        Position = row.Position,
        Orientation = whole ? row.Orientation : "",
        Responsible = whole ? row.Responsible : "",
        DueDate = row.DueDate.ToProto(),
        Done = row.DoneDate is not null,
        DoneDate = row.DoneDate?.ToProto(),
        Masked = !whole,
    };

    private static GetFollowUpResponse.Types.Answer Shown(ReviewRow row, bool whole) => new()
    {
        Review = row.Review,
        Outcome = whole ? row.Outcome : Outcome.Unspecified,
        NewIntervisionWanted = whole && row.NewIntervisionWanted,
        RecordTime = row.RecordTime.ToProto(),
        Masked = !whole,
    };

    private sealed class IntervisionRow
    {
        public int Rank { get; init; }

        public string Session { get; init; } = "";

        public DateTimeOffset DiscussTime { get; init; }

        public DateOnly? ThreeMonthsDate { get; init; }

        public DateOnly? SixMonthsDate { get; init; }
    }

    private sealed class DecisionRow
    {
        public string Session { get; init; } = "";

        public int Position { get; init; }

        public string Orientation { get; init; } = "";

        public string Responsible { get; init; } = "";

        public DateOnly DueDate { get; init; }

        public string? Recorder { get; init; }

        public DateOnly? DoneDate { get; init; }
    }

    private sealed class ReviewRow
    {
        public int Rank { get; init; }

        public OutcomeReview Review { get; init; }

        public Outcome Outcome { get; init; }

        public bool NewIntervisionWanted { get; init; }

        public string? Recorder { get; init; }

        public DateTimeOffset RecordTime { get; init; }
    }
}
