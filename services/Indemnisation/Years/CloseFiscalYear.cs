using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Years;

/// <summary>Freezes a fiscal year after its accounts were given (DOMAIN §6); nobody reopens it (ADR 0033).</summary>
public sealed class CloseFiscalYear(Db db)
{
    public Task<CloseFiscalYearResponse> Handle(CloseFiscalYearRequest request, Call call)
    {
        if (request.FiscalYear is < 2000 or > 2200)
        {
            throw RuleBroken.Invalid("fiscal_year", "FISCAL_YEAR_INVALID", "L'exercice n'est pas une année.");
        }

        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            if (await FiscalYears.CloseTime(tx, request.FiscalYear) is { } before)
            {
                return new CloseFiscalYearResponse { FiscalYear = request.FiscalYear, CloseTime = before.ToProto() };
            }

            MustBeOver(request.FiscalYear, call.Now);
            await tx.Execute(
                "insert into fiscal_year_close (fiscal_year, closer, close_time) values (@FiscalYear, @Subject, @Now)", new { request.FiscalYear, call.Caller.Subject, call.Now });
            var freed = Decide(await LineStore.LockCommittedOf(tx, request.FiscalYear), call.Now);
            await LineStore.Save(tx, freed, call.Now);
            return new CloseFiscalYearResponse { FiscalYear = request.FiscalYear, CloseTime = call.Now.ToProto(), CancelledLines = freed.Count };
        });
    }

    /// <exception cref="RuleBroken">FISCAL_YEAR_NOT_OVER.</exception>
    internal static void MustBeOver(int year, DateTimeOffset now)
    {
        if (Paris.DateOf(now).Year <= year)
        {
            throw RuleBroken.NotNow("FISCAL_YEAR_NOT_OVER", $"L'exercice {year} n'est pas terminé.", "FISCAL_YEAR", $"{year}", ("fiscalYear", $"{year}"));
        }
    }

    /// <summary>What was committed and never certified no longer weighs on the year.</summary>
    internal static IReadOnlyList<Change> Decide(IReadOnlyList<Line> committed, DateTimeOffset now) =>
        [.. committed.Select(l => Change.Cancel(l, Reasons.FiscalYearClosed, l.Later(now)))];
}
