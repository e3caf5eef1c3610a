using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>One discussion of a case: several per case are possible, each with its rank and its own follow-up.</summary>
internal sealed record PastIntervision
{
    private const int DaysToThreeMonths = 90;
    private const int DaysToSixMonths = 180;

    public int Rank { get; init; }

    public string Session { get; init; } = "";

    public DateTimeOffset DiscussTime { get; init; }

    /// <summary>Decisions were recorded; another intervision may have followed before any were.</summary>
    public bool Decided { get; init; }

    public DateOnly Day => Paris.DateOf(DiscussTime);

    public DateOnly ThreeMonths => Day.AddDays(DaysToThreeMonths);

    public DateOnly SixMonths => Day.AddDays(DaysToSixMonths);

    public DateOnly DueOf(OutcomeReview review) => review == OutcomeReview.ThreeMonths ? ThreeMonths : SixMonths;
}

/// <summary>The SQL of intervisions.</summary>
internal static class Intervisions
{
    /// <summary>Under the case's row lock. A session that speaks of a case again is no other intervision.</summary>
    public static Task Append(Tx tx, Case discussed) => tx.Execute(
        """
        insert into intervision (case_id, rank, session, discuss_time)
        select @Id, coalesce(max(rank), 0) + 1, @DiscussedSession, @DiscussTime from intervision where case_id = @Id
        on conflict (case_id, session) do nothing
        """,
        new { discussed.Id, discussed.DiscussedSession, discussed.DiscussTime });

    /// <summary>The last one; null before any.</summary>
    public static Task<PastIntervision?> Last(Tx tx, Case of) =>
        tx.SingleOrDefault<PastIntervision>($"{Select} order by i.rank desc limit 1", new { of.Id });

    /// <summary>By rank; null when there is none.</summary>
    public static Task<PastIntervision?> Find(Tx tx, Case of, int rank) =>
        tx.SingleOrDefault<PastIntervision>($"{Select} and i.rank = @rank", new { of.Id, rank });

    private const string Select =
        """
        select i.rank, i.session, i.discuss_time,
          exists (select from decision d where d.case_id = i.case_id and d.session = i.session) as decided
        from intervision i where i.case_id = @Id
        """;
}
