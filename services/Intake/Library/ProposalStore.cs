using Intervision.Intake.Cases;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Library;

/// <summary>The SQL of proposals. The case's row lock is always taken before the proposal's.</summary>
internal static class ProposalStore
{
    public const string Columns =
        """
        l.id, l.case_id, c.code as case_code, l.version, l.state, l.reason, l.proposer, l.proposer_rpps, l.propose_time, l.reviewer,
        l.review_time, l.update_time
        """;

    private const string From = "from library_proposal l join cases c on c.id = l.case_id";
    private const string Prefix = "libraryProposals/";

    /// <summary>A proposal and its case, locked. Null when there is none of this name.</summary>
    public static async Task<(Case Case, Proposal Proposal)?> Lock(Tx tx, string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !Guid.TryParse(name.AsSpan(Prefix.Length), out var id))
        {
            return null;
        }

        var code = await tx.SingleOrDefault<string>($"select c.code {From} where l.id = @id", new { id });
        var of = code is null ? null : await CaseStore.Lock(tx, $"cases/{code}");
        // Published meanwhile: there is none any more.
        return of is not null && await tx.SingleOrDefault<Proposal>($"select {Columns} {From} where l.id = @id for update of l", new { id }) is { } found
            ? (of, found)
            : null;
    }

    /// <summary>The one that has not ended; under the case's lock.</summary>
    public static Task<Proposal?> LiveOf(Tx tx, Case of) => tx.SingleOrDefault<Proposal>(
        $"select {Columns} {From} where l.case_id = @Id and l.state in ('Proposed', 'SentBack', 'Approved') for update of l", new { of.Id });

    public static Task Insert(Tx tx, Proposal fresh) => tx.Execute(
        """
        insert into library_proposal (id, case_id, version, state, proposer, proposer_rpps, propose_time, update_time)
        values (@Id, @CaseId, @Version, @State, @Proposer, @ProposerRpps, @ProposeTime, @UpdateTime)
        """,
        new { fresh.Id, fresh.CaseId, fresh.Version, State = fresh.State.ToString(), fresh.Proposer, fresh.ProposerRpps, fresh.ProposeTime, fresh.UpdateTime });

    /// <returns>As stored, the next version.</returns>
    public static async Task<Proposal> Save(Tx tx, Proposal before, Proposal after, DateTimeOffset now)
    {
        var saved = after with { Version = before.Version + 1, UpdateTime = now };
        var count = await tx.Execute(
            """
            update library_proposal set version = @Version, state = @State, reason = @Reason, proposer = @Proposer, proposer_rpps = @ProposerRpps,
              propose_time = @ProposeTime, reviewer = @Reviewer, review_time = @ReviewTime, update_time = @UpdateTime
            where id = @Id and version = @was
            """,
            new
            {
                saved.Version, State = saved.State.ToString(), saved.Reason, saved.Proposer, saved.ProposerRpps, saved.ProposeTime, saved.Reviewer,
                saved.ReviewTime, saved.UpdateTime, saved.Id, was = before.Version,
            });
        return count == 1 ? saved : throw RuleBroken.Stale(before.Name);
    }
}
