using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>One payment and what became of it.</summary>
internal sealed record Paid(Guid Id, Guid Run, string Payee, long Cents, Guid[] Lines, bool Issued, bool? Executed, bool Withdrawn)
{
    /// <summary>Its lines belong to it: not rejected, not withdrawn.</summary>
    public bool Holds => !Withdrawn && Executed != false;
}

/// <summary>Approval, runs and the bank over memory: the pure decisions of the service, and the books of the model.</summary>
internal sealed class MemoryFinance
{
    private static readonly Caller Officer = new("officer@finance", new HashSet<string> { Roles.FinanceOfficer }, null, new HashSet<string>(), null, null);
    private static readonly Dictionary<string, PayeeRow> Accounts = Enumerable.Range(0, SessionStory.People).Select(Expected.PayeeOf).Distinct(StringComparer.Ordinal)
        .ToDictionary(n => n, n => new PayeeRow { Name = n, HolderName = n, Iban = "FR7699999099480000000000193" }, StringComparer.Ordinal);

    private readonly MemoryService service;
    private readonly Dictionary<Guid, long> approved = [];
    private readonly List<Paid> payments = [];

    public MemoryFinance(MemoryService service) => (this.service, service.AsNow) = (service, AsNow);

    public Books Books { get; } = new();

    public IReadOnlyDictionary<Guid, long> Approved => approved;

    public IReadOnlyList<Paid> Payments => payments;

    public void Approve(Func<int, bool> which)
    {
        var lines = service.Lines.Values.Where(l => l.State == LineState.Calculated && !approved.ContainsKey(l.Id)).OrderBy(l => l.Id).Where((_, i) => which(i)).ToList();
        foreach (var change in ApproveLines.Decide(lines, Array.Empty<string>().ToLookup(c => c, c => c), ["officer@finance"], Officer, MemoryService.Now))
        {
            approved.Add(change.After.Id, change.After.AmountCents);
            Books.Approved(change.After);
        }
    }

    /// <returns>Whether there was something to pay.</returns>
    public bool Propose()
    {
        var run = new Proposal(new RunRow { Id = service.NewId(), Programme = "programmes/A", ChangeTime = MemoryService.Now }, service.NewId);
        var owed = approved.Keys.Where(id => !payments.Exists(p => p.Holds && p.Lines.Contains(id))).Select(id => service.Lines[id])
            .GroupBy(l => l.Payee!, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (IReadOnlyList<Owed>)[.. g.Select(Owed)]);
        var proposed = run.Pay(owed, Accounts);
        if (proposed.Count == 0)
        {
            Assert.Equal("NOTHING_TO_PAY", Assert.Throws<RuleBroken>(() => run.Decide()).Reason);
            return false;
        }

        Assert.Equal(run.Decide().TotalCents, proposed.Sum(p => p.AmountCents));
        payments.AddRange(proposed.Select(p => new Paid(p.Id, run.Id, p.Payee, p.AmountCents, [.. p.Owed.Select(o => o.Id)], Issued: false, Executed: null, Withdrawn: false)));
        return true;
    }

    public void Release(int pick) => Change(pick, p => !p.Issued && !p.Withdrawn, p =>
    {
        Books.Issued(p.Id, p.Payee, p.Cents);
        return p with { Issued = true };
    }, wholeRun: true);

    public void Withdraw(int pick) => Change(pick, p => !p.Issued && !p.Withdrawn, p => p with { Withdrawn = true }, wholeRun: true);

    public void Bank(int pick, bool executed) => Change(pick, p => p is { Issued: true, Executed: null }, p =>
    {
        if (!executed)
        {
            Books.Rejected(p.Id, p.Payee, p.Cents);
        }

        return p with { Executed = executed };
    }, wholeRun: false);

    public Line AsNow(Line line)
    {
        if (!approved.ContainsKey(line.Id))
        {
            return line;
        }

        var payment = payments.FindLast(p => p.Lines.Contains(line.Id) && !p.Withdrawn);
        var state = payment switch
        {
            { Executed: true } => LineState.Paid,
            { Executed: false } => LineState.Rejected,
            { Issued: true } => LineState.Issued,
            _ => LineState.Approved,
        };
        return line with { State = state, Approver = Officer.Subject };
    }

    private void Change(int pick, Func<Paid, bool> may, Func<Paid, Paid> change, bool wholeRun)
    {
        var candidates = payments.Where(may).ToList();
        if (candidates.Count == 0)
        {
            return;
        }

        var chosen = candidates[pick % candidates.Count];
        for (var i = 0; i < payments.Count; i++)
        {
            if (wholeRun ? payments[i].Run == chosen.Run : payments[i].Id == chosen.Id)
            {
                payments[i] = change(payments[i]);
            }
        }
    }

    private Owed Owed(Line line) => new()
    {
        Id = line.Id, Payee = line.Payee!, AmountCents = line.AmountCents, Session = line.Session, SessionDate = line.SessionDate, Pole = line.Pole,
        Approver = Officer.Subject, Attempts = payments.Count(p => p.Lines.Contains(line.Id)), ChangeTime = line.ChangeTime,
    };
}
