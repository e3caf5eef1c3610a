using System.Globalization;
using Intervision.Intake.Cases;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Watch;

/// <summary>The readings of the history. Numbers of transactions go as text: no type of .NET's is mapped to <c>xid8</c>.</summary>
internal static class WatchSql
{
    /// <summary>The history of the cases there are, and the erasure of those there were (<c>case_change</c>, migration 0065).</summary>
    private const string From =
        """
        from case_change h
        cross join lateral (select h.case_id as id, h.code, h.pole, h.candidate_poles, h.submitting_organisation, h.requester) c
        left join professional p on p.name = c.requester
        """;

    /// <summary>What is seen at this moment.</summary>
    public static async Task<Position> Now(Tx tx)
    {
        var (high, snapshot, end) = await Newest(tx);
        if (ulong.Parse(high, CultureInfo.InvariantCulture) >= ulong.Parse(end, CultureInfo.InvariantCulture))
        {
            // The database was restored into another cluster (docs/operations.md).
            await tx.Execute("select case_history_adopt()");
            (high, snapshot, _) = await Newest(tx);
        }

        return Position.After(ulong.Parse(high, CultureInfo.InvariantCulture), snapshot);
    }

    /// <summary>Whether this cluster has come to this transaction.</summary>
    public static Task<bool> Knows(Tx tx, ulong transaction) =>
        tx.Single<bool>("select @transaction::xid8 < pg_snapshot_xmax(pg_current_snapshot())", new { transaction = Text(transaction) });

    /// <summary>What was not seen yet and is now, whoever may see it, in the order of the history.</summary>
    public static Task<IReadOnlyList<Change>> New(Tx tx, Position seen, int limit) => tx.Query<Change>(
        $"""
        select {Change.Columns}, pg_current_snapshot()::text as snapshot {From}
        where h.xid > @high::xid8 or h.xid = any (@running::xid8[])
        order by h.no
        limit @limit
        """,
        new { high = Text(seen.High), running = Text(seen.Running), limit });

    /// <summary>What this caller is told of what <paramref name="next"/> sees and <paramref name="seen"/> does not, after a number.</summary>
    public static Task<IReadOnlyList<Change>> Between(Tx tx, Position seen, Position next, long no, Caller caller, int limit)
    {
        var parameters = CaseVisibility.Parameters(caller);
        parameters.AddDynamicParams(new
        {
            high = Text(seen.High), running = Text(seen.Running), nextHigh = Text(next.High), nextRunning = Text(next.Running), no, limit,
        });
        return tx.Query<Change>(
            $"""
            select {Change.Columns} {From}
            where (h.xid > @high::xid8 or h.xid = any (@running::xid8[]))
              and h.xid <= @nextHigh::xid8 and h.xid <> all (@nextRunning::xid8[])
              and h.no > @no and {Change.IsTold} and {CaseVisibility.Sql}
            order by h.no
            limit @limit
            """,
            parameters);
    }

    /// <summary>How each of this caller's cases came into the state it was in at this position, by case, after one.</summary>
    public static Task<IReadOnlyList<Change>> States(Tx tx, Position seen, Guid after, Caller caller, int limit)
    {
        var parameters = CaseVisibility.Parameters(caller);
        parameters.AddDynamicParams(new { high = Text(seen.High), running = Text(seen.Running), after, limit });
        return tx.Query<Change>(
            $"""
            select {Change.Columns} {CaseStore.From}
            cross join lateral (
              select * from case_history h
              where h.case_id = c.id and h.xid <= @high::xid8 and h.xid <> all (@running::xid8[]) and {Change.IsTold}
              order by h.version desc
              limit 1) h
            where c.id > @after and {CaseVisibility.Sql}
            order by c.id
            limit @limit
            """,
            parameters);
    }

    private static Task<(string High, string Snapshot, string End)> Newest(Tx tx) => tx.Single<(string, string, string)>(
        """
        select greatest((select xid from case_history order by xid desc limit 1), (select xid from erasure_notice order by xid desc limit 1), '0')::text,
               pg_current_snapshot()::text, pg_snapshot_xmax(pg_current_snapshot())::text
        """);

    private static string Text(ulong transaction) => transaction.ToString(CultureInfo.InvariantCulture);

    private static string[] Text(IReadOnlyList<ulong> transactions) => [.. transactions.Select(Text)];
}
