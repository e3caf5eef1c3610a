using System.Security.Cryptography;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Library;

/// <summary>A proposal, and what decides whether it is published.</summary>
/// <param name="ConsentHolds">The patient agrees, and has neither withdrawn nor narrowed it since the proposal was written.</param>
/// <param name="IsErased">The key of the case was destroyed.</param>
internal sealed record Candidate(Proposal Proposal, Traits Traits, bool ConsentHolds, bool IsErased);

/// <summary>A row of the library, about to be inserted; the database makes up its id.</summary>
internal sealed record Entry(
    string Title, string Situation, string Question, string Orientation, IReadOnlyList<string> Orientations,
    string AgeBand, string Area, string Product, string Motive, DateOnly PublishQuarter, int Crowd)
{
    public static Entry Of(LibraryText text, Crowd crowd, DateOnly quarter) => new(
        text.Title, text.Situation, text.Question, text.Orientation, crowd.Common(text.Orientations),
        crowd.Shown.AgeBand, crowd.Shown.Area, crowd.Shown.Product, crowd.Shown.Motive, quarter, crowd.Size);
}

/// <summary>The SQL of publishing.</summary>
internal static class PublicationSql
{
    private const string Live = "l.state in ('Proposed', 'SentBack', 'Approved')";

    private const string ConsentHolds =
        """
        (c.consent = 'Granted' and not exists (
          select from consent_record r
          where r.case_id = c.id and r.record_time >= l.propose_time and (r.status <> 'Granted' or r.excluded_topics <> '{}')))
        """;

    /// <summary>
    /// What has cooled, and what can no longer be published. Locked in the order of ids: the cases, with all those among which
    /// they hide; then the proposals. So nobody leaves a crowd before it is committed, and the mark that a lock leaves on a
    /// row (xmax) is on all of them: it would be the number of the transaction that wrote the entries.
    /// </summary>
    public static async Task<IReadOnlyList<Candidate>> LockDue(Tx tx, DateOnly today, int limit)
    {
        var cases = await tx.Query<Guid>(
            $"""
            select c.id from library_proposal l join cases c on c.id = l.case_id
            where {Live} and ((l.state = 'Approved' and l.review_time < @cooled) or not {ConsentHolds} or {Vault.Erased})
            order by c.id limit @limit
            """,
            new { cooled = CooledBefore(today), limit });
        if (cases.Count == 0)
        {
            return [];
        }

        await tx.Query<Guid>($"select c.id from cases c where c.id = any (@cases) or ({Population.IsIn}) order by c.id for share", new { cases });
        // A statement of its own: it sees what was committed while the locks were waited for.
        var rows = await tx.Query<Row>(
            $"""
            select {ProposalStore.Columns}, {ConsentHolds} as consent_holds, {Vault.Erased} as is_erased,
              c.age_band, p.area, c.products[1] as product, c.motives[1] as motive
            from library_proposal l join cases c on c.id = l.case_id left join pole p on p.name = c.pole
            where l.case_id = any (@cases) and {Live} order by c.id for update of l
            """,
            new { cases });
        return [.. rows.Select(r => new Candidate(r, new Traits(r.AgeBand, r.Area, r.Product, r.Motive), r.ConsentHolds, r.IsErased))];
    }

    /// <summary>In random order: neither the rows' place in the table nor anything else tells one from another.</summary>
    public static async Task Insert(Tx tx, List<Entry> entries)
    {
        var shuffled = entries.ToArray();
        RandomNumberGenerator.Shuffle(shuffled.AsSpan());
        await tx.Execute(
            """
            insert into library_entry (title, situation, question, orientation, orientations, age_band, area, product, motive, publish_quarter, crowd)
            select * from jsonb_to_recordset(@rows::jsonb) as r (
              title text, situation text, question text, orientation text, orientations text[], age_band text, area text, product text,
              motive text, publish_quarter date, crowd int)
            """,
            new { rows = JsonRows.Of(shuffled) });
    }

    public static Task Delete(Tx tx, IReadOnlyList<Candidate> published) => tx.Execute(
        """
        delete from clinical_text where case_id = any (@cases) and field = @Field;
        delete from library_proposal where id = any (@ids)
        """,
        new { cases = published.Select(p => p.Proposal.CaseId).ToArray(), ids = published.Select(p => p.Proposal.Id).ToArray(), LibraryTexts.Field });

    /// <summary>What was approved before has a <see cref="Proposal.PublishDate"/> in this quarter or an earlier one.</summary>
    internal static DateTimeOffset CooledBefore(DateOnly today) =>
        Paris.InstantOf(Quarters.Of(today).AddDays(1), TimeOnly.MinValue).AddDays(-Proposal.DaysToCool);

    private sealed record Row : Proposal
    {
        public bool ConsentHolds { get; init; }

        public bool IsErased { get; init; }

        public string AgeBand { get; init; } = "";

        public string? Area { get; init; }

        public string? Product { get; init; }

        public string? Motive { get; init; }
    }
}
