using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Retention;

/// <summary>The limits in force, what is due, what is overdue and why, what was erased. Counts only.</summary>
internal sealed class ReportRetention(Db db, RetentionPolicy policy)
{
    private const int PageSize = 1000;

    public async Task<ReportRetentionResponse> Handle(ReportRetentionRequest request, Call call)
    {
        return await db.Read(tx => Report(tx, call.Now), call.Cancellation);
    }

    private async Task<ReportRetentionResponse> Report(Tx tx, DateTimeOffset now)
    {
        var response = new ReportRetentionResponse { Policy = policy.ToString() };
        var held = new SortedDictionary<HoldReason, (int Cases, DateTimeOffset Oldest)>();
        var after = new Candidate();
        while (await RetentionStore.Candidates(tx, policy, now, after, PageSize) is { Count: > 0 } page)
        {
            foreach (var ruling in page.Select(c => RetentionRule.Decide(c, policy)).Where(r => r.IsPast(now)))
            {
                if (ruling.IsDue(now))
                {
                    response.Due++;
                    continue;
                }

                var (cases, oldest) = held.GetValueOrDefault(ruling.Hold, (0, ruling.DueTime));
                held[ruling.Hold] = (cases + 1, ruling.DueTime < oldest ? ruling.DueTime : oldest);
            }

            after = page[^1];
        }

        response.HeldBack.Add(held.Select(h => new ReportRetentionResponse.Types.Held
        {
            Reason = h.Key, Cases = h.Value.Cases, OldestDueTime = h.Value.Oldest.ToProto(),
        }));
        response.Erased.Add((await tx.Query<Row>("select reason, count(*)::int as cases from erasure group by reason order by reason"))
            .Select(r => new ReportRetentionResponse.Types.Erased { Reason = r.Reason, Cases = r.Cases }));
        response.Attestations = await tx.Single<int>("select count(*)::int from consent_attestation");
        return response;
    }

    private sealed class Row
    {
        public ErasureReason Reason { get; init; }

        public int Cases { get; init; }
    }
}
