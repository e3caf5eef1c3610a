using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.AccessLog;

/// <summary>
/// Notes who read which clinical text, when, why, and whether it was given, in the transaction of the reading itself.
/// Append-only; codes and names of resources only. The lock of the shard is the last one a reading takes, and is held
/// until its commit: the numbers of a shard are the order of its commits.
/// </summary>
internal static class AccessTrace
{
    public const string Given = "GIVEN";
    public const string ReadSheet = "READ_SHEET";
    public const string Export = "EXPORT_ACCESS_LOG";

    /// <param name="caseId">Null for what concerns no single case.</param>
    /// <param name="actingAs">What ties the reader to the case (<c>REQUESTER</c>, …); empty when nothing does.</param>
    /// <param name="insteadOfCase">
    /// What is noted in place of the case's code: of a proposal for the library its own name, which leads nowhere once it is
    /// published.
    /// </param>
    public static async Task Append(
        Tx tx, Call call, Guid? caseId, string action, string purpose, string outcome, string actingAs = "", string? insteadOfCase = null)
    {
        var head = await tx.Single<HeadRow>(
            """
            select s.segment, s.no, s.hash, (select c.code from cases c where c.id = @caseId) as case_code
            from access_shard s where s.shard = @shard for update of s
            """,
            new { caseId, shard = ShardOf(caseId) });
        var entry = new Entry
        {
            Shard = ShardOf(caseId),
            Segment = SegmentOf(call.Now, head.Segment),
            No = head.No + 1,
            AccessTime = Microseconds(call.Now),
            Actor = call.Caller.Subject,
            Roles = [.. call.Caller.Roles.Order(StringComparer.Ordinal)],
            ActingAs = actingAs,
            CaseCode = insteadOfCase ?? head.CaseCode ?? "",
            Action = action,
            Purpose = purpose,
            Outcome = outcome,
        };
        await Insert(tx, entry with { Hash = entry.HashAfter(head.Hash) }, head);
    }

    /// <summary>
    /// Whether the sheet as it now is was given to this reader for this purpose: since it was last written, and since the
    /// case is in its state. Under the case's row lock, which writing and reading take too.
    /// </summary>
    public static Task<bool> WasGiven(Tx tx, Case of, string actor, string purpose) => tx.Single<bool>(
        $"""
        select exists (
          select from access_log
          where case_code = @Code and action = '{ReadSheet}' and outcome = '{Given}' and actor = @actor and purpose = @purpose
            and access_time >= greatest(@StateTime, (select max(change_time) from case_history where case_id = @Id and action = 'WriteSheet')))
        """,
        new { of.Code, of.Id, of.StateTime, actor, purpose });

    private static Task Insert(Tx tx, Entry entry, HeadRow before) =>
        tx.Execute(
            """
            insert into access_segment (shard, segment, first_no, opening)
            select @Shard, @Segment, @No, @opening where @Segment > @last;
            insert into access_log (shard, segment, no, access_time, actor, roles, acting_as, case_code, action, purpose, outcome, hash)
            values (@Shard, @Segment, @No, @AccessTime, @Actor, @Roles, @ActingAs, @CaseCode, @Action, @Purpose, @Outcome, @Hash);
            update access_shard set segment = @Segment, no = @No, hash = @Hash where shard = @Shard
            """,
            new
            {
                entry.Shard, entry.Segment, entry.No, entry.AccessTime, entry.Actor, entry.Roles, entry.ActingAs, entry.CaseCode, entry.Action,
                entry.Purpose, entry.Outcome, entry.Hash, opening = before.Hash, last = before.Segment,
            });

    /// <summary>The readings of one case are in one shard, in their order.</summary>
    public static int ShardOf(Guid? caseId) => caseId is { } id ? id.ToByteArray()[15] % ChainLine.Shards : 0;

    /// <summary>The month in Paris; a shard's months never go back, whatever the clock says.</summary>
    private static DateOnly SegmentOf(DateTimeOffset now, DateOnly last)
    {
        var day = Paris.DateOf(now);
        var month = new DateOnly(day.Year, day.Month, 1);
        return month > last ? month : last;
    }

    /// <summary>What PostgreSQL keeps is what is hashed.</summary>
    private static DateTimeOffset Microseconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    private sealed class HeadRow
    {
        public DateOnly Segment { get; init; }

        public long No { get; init; }

        public byte[] Hash { get; init; } = [];

        public string? CaseCode { get; init; }
    }
}
