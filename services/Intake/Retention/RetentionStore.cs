using Intervision.Intake.Cases;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Retention;

/// <summary>The SQL of the retention; what it erases with stands in the database (<c>case_erase</c>, migration 0050).</summary>
internal static class RetentionStore
{
    private const string Facts =
        """
        c.state, c.state_time, coalesce(case_last_contact(c.id), c.submit_time) as last_contact,
        exists (select from intervision where case_id = c.id) as discussed,
        exists (select from agenda_item where case_id = c.id and status = 'SCHEDULED') as on_agenda,
        exists (select from cases d where d.duplicate_of = c.id) as has_duplicates
        """;

    // A case's last contact is not before its deposit: most are told apart by an index.
    private const string MayBeDue = "(c.submit_time <= @contactBefore or (c.state = any (@ends) and c.state_time <= @endedBefore))";

    public static Task<RetentionFacts> FactsOf(Tx tx, Case of) =>
        tx.Single<RetentionFacts>($"select {Facts} from cases c where c.id = @Id", new { of.Id });

    /// <summary>The next cases that may be due, duplicates before the cases that go on instead of them.</summary>
    public static Task<IReadOnlyList<Candidate>> Candidates(Tx tx, RetentionPolicy policy, DateTimeOffset now, Candidate after, int limit) =>
        tx.Query<Candidate>(
            $"""
            select c.id, c.code, c.duplicate_of is null as goes_on, {Facts} from cases c
            where {MayBeDue} and (c.duplicate_of is null, c.id) > (@GoesOn, @Id)
            order by c.duplicate_of is null, c.id limit @limit
            """,
            new { contactBefore = now.AddMonths(-policy.CaseMonths), endedBefore = now.AddMonths(-policy.EndedMonths), ends = Ends, after.GoesOn, after.Id, limit });

    public static Task<IReadOnlyList<string>> DuplicatesOf(Tx tx, Case of) =>
        tx.Query<string>("select 'cases/' || code from cases where duplicate_of = @Id order by code", new { of.Id });

    private static string[] Ends => [.. Case.Ends.Select(s => s.ToString())];
}

/// <summary>A case that may be due.</summary>
internal sealed class Candidate : RetentionFacts
{
    public Guid Id { get; init; }

    public string Code { get; init; } = "";

    /// <summary>It is no duplicate.</summary>
    public bool GoesOn { get; init; }

    public string Name => $"cases/{Code}";
}
