using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;

namespace Intervision.Intake.Retention;

/// <summary>
/// Erases what is due. Every case in a short transaction of its own, decided again under its lock: a run that is killed has
/// erased some cases whole, the next goes on; runs at once erase each case once.
/// </summary>
internal sealed class EraseExpired(Db db, Erasing erasing, RetentionPolicy policy, TimeProvider time, ILogger<EraseExpired> logger)
{
    public const int AtOnce = 500;
    private const int Most = 5000;
    private const int PageSize = 200;

    public Task<EraseExpiredResponse> Handle(EraseExpiredRequest request, Call call)
    {
        if (request.MaxCases is < 0 or > Most)
        {
            throw RuleBroken.Invalid("max_cases", "MAX_CASES_INVALID", $"De 1 à {Most} dossiers, ou 0 pour {AtOnce}.");
        }

        // The outer transaction only remembers the answer; the same request a second time waits for it.
        return db.Once(
            call, request.RequestId, request,
            _ => Run(call.Caller.Subject, call.Now, request.MaxCases == 0 ? AtOnce : request.MaxCases, call.Cancellation));
    }

    /// <param name="actor">Subject of the caller, or this service's own.</param>
    public async Task<EraseExpiredResponse> Run(string actor, DateTimeOffset now, int max, CancellationToken cancellation)
    {
        var response = await EraseCases(actor, now, max, cancellation);
        await db.InTransaction(tx => DropOld(tx, response, now), cancellation);
        ErasureMeters.Overdue(response.HeldBack);
        return response;
    }

    private async Task<EraseExpiredResponse> EraseCases(string actor, DateTimeOffset now, int max, CancellationToken cancellation)
    {
        var (response, run, after) = (new EraseExpiredResponse(), Guid.CreateVersion7(now), new Candidate());
        while (await db.Read(tx => RetentionStore.Candidates(tx, policy, now, after, PageSize), cancellation) is { Count: > 0 } page)
        {
            foreach (var candidate in page.Where(c => RetentionRule.Decide(c, policy).IsPast(now)))
            {
                if (response.Erased == max)
                {
                    response.More = true;
                    return response;
                }

                var (erased, heldBack) = await TryErase(candidate, actor, run, now, cancellation);
                CrashPoint.Hit("erasure.after_case");
                response.Erased += erased ? 1 : 0;
                response.HeldBack += heldBack ? 1 : 0;
            }

            after = page[^1];
        }

        return response;
    }

    private async Task<(bool Erased, bool HeldBack)> TryErase(Candidate candidate, string actor, Guid run, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            var hold = await db.InTransaction(tx => EraseOne(tx, candidate, actor, run, now), cancellation);
            return (hold == HoldReason.Unspecified, hold is not (null or HoldReason.Unspecified));
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.RaiseException)
        {
            // The database knows better (a clock that runs ahead, say). One case must not keep the others.
            logger.LogWarning("A case that is due was not erased: {Why}", refused.MessageText);
            return (false, true);
        }
    }

    /// <returns>Unspecified when erased; what holds it back; null when somebody else erased it, or it is no longer due.</returns>
    private async Task<HoldReason?> EraseOne(Tx tx, Candidate candidate, string actor, Guid run, DateTimeOffset now)
    {
        if (await CaseStore.Lock(tx, candidate.Name) is not { } locked)
        {
            return null;
        }

        var facts = await RetentionStore.FactsOf(tx, locked);
        var ruling = RetentionRule.Decide(facts, policy);
        if (ruling.IsDue(now))
        {
            await erasing.Erase(tx, locked, facts.LastContact, ruling.Reason, actor, run, now);
        }

        return ruling.IsPast(now) ? ruling.Hold : null;
    }

    private async Task DropOld(Tx tx, EraseExpiredResponse response, DateTimeOffset now)
    {
        response.AttestationsDropped = await tx.Single<int>("select attestation_drop(@now)::int", new { now });
        response.NoticesDropped = await tx.Execute("delete from erasure_notice where erase_time <= @before", new { before = now.AddDays(-policy.NoticeDays) });
        // Said of a session after its agenda: nobody is tied by one that has no case left.
        await tx.Execute("delete from session_person p where not exists (select from agenda_item i where i.session = p.session)");
        // The log is of real readings: its months go by the real clock, and the database keeps the last six whatever is asked.
        var month = time.GetUtcNow().AddMonths(-policy.AccessLogMonths);
        response.AccessEntriesDropped = await tx.Single<long>("select access_log_drop(@before)", new { before = new DateOnly(month.Year, month.Month, 1) });
    }
}
