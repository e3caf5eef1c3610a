using System.Globalization;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Ledger;

/// <summary>Recomputes every balance from the entries and from the lines and payments, in one snapshot, and names each difference.</summary>
public sealed class ReconcileLedger(Db db)
{
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    public Task<ReconcileLedgerResponse> Handle(ReconcileLedgerRequest request, Call call)
    {
        if (request.AsOfTime is { } asOf && asOf.ToDateTimeOffset() < call.Now.AddMinutes(-1))
        {
            throw RuleBroken.Invalid("as_of_time", "AS_OF_TIME_NOT_NOW", "Le rapprochement porte sur l'instant présent.");
        }

        return db.InTransaction(
            async tx =>
            {
                await tx.Execute("set transaction isolation level repeatable read, read only");
                return Report(
                    await tx.Query<Balance>(Checks.Balances),
                    await tx.Query<Difference>(Checks.UnbalancedEntries),
                    [
                        .. await tx.Query<Difference>(Checks.LinesAndEntries),
                        .. await tx.Query<Difference>(Checks.PaymentsAndEntries),
                        .. await tx.Query<Difference>(Checks.PaymentsAndLines),
                        .. await tx.Query<Difference>(Checks.Envelopes),
                        .. await tx.Query<Difference>(Checks.PersonYears),
                    ]);
            },
            call.Cancellation);
    }

    private static ReconcileLedgerResponse Report(
        IReadOnlyList<Balance> balances, IReadOnlyList<Difference> unbalanced, IReadOnlyList<Difference> differences)
    {
        var debits = balances.Aggregate(0L, (sum, b) => checked(sum + b.DebitCents));
        var credits = balances.Aggregate(0L, (sum, b) => checked(sum + b.CreditCents));
        var accounts = balances.Where(b => b.BalanceCents != b.ExpectedCents).Select(b => new Difference
        {
            What = $"Compte {b.Account}",
            FoundCents = b.BalanceCents,
            ExpectedCents = b.ExpectedCents,
        }).ToList();
        return new ReconcileLedgerResponse
        {
            Balanced = unbalanced.Count == 0 && debits == credits,
            Reconciled = accounts.Count == 0 && differences.Count == 0,
            DebitCents = debits,
            CreditCents = credits,
            Differences = { unbalanced.Concat(accounts).Concat(differences).Select(Sentence) },
            Balances =
            {
                balances.Where(b => b.DebitCents != 0 || b.CreditCents != 0)
                    .Select(b => new ReconcileLedgerResponse.Types.AccountBalance { Account = b.Account, BalanceCents = b.BalanceCents }),
            },
        };
    }

    private static string Sentence(Difference d) => string.Create(
        French, $"{d.What} : {d.FoundCents / 100m:N2} € au lieu de {d.ExpectedCents / 100m:N2} € (écart {(d.FoundCents - d.ExpectedCents) / 100m:N2} €).");

    private sealed class Balance
    {
        public string Account { get; init; } = "";

        public long DebitCents { get; init; }

        public long CreditCents { get; init; }

        public long ExpectedCents { get; init; }

        public long BalanceCents => checked(DebitCents - CreditCents);
    }

    private sealed class Difference
    {
        public string What { get; init; } = "";

        public long FoundCents { get; init; }

        public long ExpectedCents { get; init; }
    }
}
