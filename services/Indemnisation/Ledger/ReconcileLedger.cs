using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Ledger;

/// <summary>Recomputes every balance from the entries and from the lines and payments, in one snapshot, and names each difference.</summary>
public sealed class ReconcileLedger(Db db)
{
    /// <summary>A year at a thousand times the region's size is reconciled in about a minute.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public Task<ReconcileLedgerResponse> Handle(ReconcileLedgerRequest request, Call call)
    {
        if (request.AsOfTime is { } asOf && asOf.ToDateTimeOffset() < call.Now.AddMinutes(-1))
        {
            throw RuleBroken.Invalid("as_of_time", "AS_OF_TIME_NOT_NOW", "Le rapprochement porte sur l'instant présent.");
        }

        return db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = Longest;
                var report = new Reconciliation();
                await foreach (var balance in tx.Stream<Balance>(Checks.Balances))
                {
                    report.Add(balance);
                }

                foreach (var check in Checks.Differences)
                {
                    await foreach (var difference in tx.Stream<Difference>(check))
                    {
                        report.Add(difference);
                    }
                }

                return report.ToProto();
            },
            call.Cancellation);
    }
}
