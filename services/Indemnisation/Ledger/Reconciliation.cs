using System.Globalization;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Ledger;

/// <summary>One account, by its postings and as it should be.</summary>
internal sealed class Balance
{
    public string Account { get; init; } = "";

    public long DebitCents { get; init; }

    public long CreditCents { get; init; }

    public long ExpectedCents { get; init; }

    public long BalanceCents => checked(DebitCents - CreditCents);
}

/// <summary>Two numbers that should be the same.</summary>
internal sealed class Difference
{
    public string What { get; init; } = "";

    public long FoundCents { get; init; }

    public long ExpectedCents { get; init; }
}

/// <summary>
/// What a reconciliation found, however large the books: the first thousand differences and how many more there are; accounts
/// one by one, or the payees' in one sum once they are more than a thousand.
/// </summary>
internal sealed class Reconciliation
{
    private const int Most = 1000;
    private const string Payees = "467";
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");
    private readonly List<string> differences = [];
    private readonly SortedDictionary<string, long> general = new(StringComparer.Ordinal);
    private readonly List<(string Account, long Cents)> payees = [];
    private long payeesCents;
    private long debits;
    private long credits;
    private int found;
    private int payeeAccounts;

    public void Add(Balance account)
    {
        (debits, credits) = checked((debits + account.DebitCents, credits + account.CreditCents));
        if (account.BalanceCents != account.ExpectedCents)
        {
            Add(new Difference { What = $"Compte {account.Account}", FoundCents = account.BalanceCents, ExpectedCents = account.ExpectedCents });
        }

        if (!account.Account.StartsWith(Payees, StringComparison.Ordinal))
        {
            general[account.Account] = account.BalanceCents;
        }
        else
        {
            payeesCents = checked(payeesCents + account.BalanceCents);
            if (++payeeAccounts <= Most)
            {
                payees.Add((account.Account, account.BalanceCents));
            }
        }
    }

    public void Add(Difference difference)
    {
        if (++found <= Most)
        {
            differences.Add(Sentence(difference));
        }
    }

    public ReconcileLedgerResponse ToProto()
    {
        var accounts = general.Select(g => (g.Key, g.Value)).Concat(payeeAccounts <= Most ? payees : [(Payees, payeesCents)]);
        return new ReconcileLedgerResponse
        {
            Balanced = debits == credits,
            Reconciled = found == 0,
            DebitCents = debits,
            CreditCents = credits,
            Differences = { found <= Most ? differences : [.. differences, $"… et {found - Most} autres écarts."] },
            Balances = { accounts.Select(a => new ReconcileLedgerResponse.Types.AccountBalance { Account = a.Item1, BalanceCents = a.Item2 }) },
        };
    }

    private static string Sentence(Difference d) => string.Create(
        French, $"{d.What} : {d.FoundCents / 100m:N2} € au lieu de {d.ExpectedCents / 100m:N2} € (écart {(d.FoundCents - d.ExpectedCents) / 100m:N2} €).");
}
