using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>Double entry in memory: each side is booked by itself, so that a side that is forgotten shows.</summary>
internal sealed class Books
{
    private readonly HashSet<(Guid, int)> booked = [];
    private readonly Dictionary<string, long> balances = new(StringComparer.Ordinal);

    public long Debits { get; private set; }

    public long Credits { get; private set; }

    /// <summary>Debits less credits.</summary>
    public long Balance(string account) => balances.GetValueOrDefault(account);

    public void Approved(Line line)
    {
        Once(line.Id, 1);
        var expense = line.Component == Component.Travel ? "6251" : "6226";
        if (line.AmountCents >= 0)
        {
            Transfer(expense, Owed(line.Payee!), line.AmountCents);
        }
        else
        {
            Transfer(Owed(line.Payee!), expense, -line.AmountCents);
        }
    }

    public void Issued(Guid payment, string payee, long cents)
    {
        Once(payment, 2);
        Transfer(Owed(payee), "512", cents);
    }

    public void Rejected(Guid payment, string payee, long cents)
    {
        Once(payment, 3);
        Transfer("512", Owed(payee), cents);
    }

    public static string Owed(string payee) => $"467 {payee}";

    private void Once(Guid subject, int kind) => Assert.True(booked.Add((subject, kind)), $"{subject} is booked twice");

    private void Transfer(string debit, string credit, long cents)
    {
        Assert.True(cents >= 0);
        balances[debit] = checked(Balance(debit) + cents);
        Debits = checked(Debits + cents);
        balances[credit] = checked(Balance(credit) - cents);
        Credits = checked(Credits + cents);
    }
}
