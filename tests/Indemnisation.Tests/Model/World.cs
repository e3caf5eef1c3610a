using Google.Protobuf;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Tests.Model;

/// <summary>One story played: the broker's deliveries through the inbox rule, finance's steps, and what must hold after each.</summary>
internal sealed class World
{
    private const long Plenty = 1_000_000_00;
    private const long Scarce = 400_00;
    private static readonly int[] Years = [2026, 2027];

    private readonly Story story;
    private readonly MemoryService service;
    private readonly MemoryFinance finance;
    private readonly List<(string Name, IReadOnlyList<IMessage> Events)> streams;
    private readonly int[] applied;
    private readonly HashSet<(int Session, int No)> parked = [];

    public World(Story story)
    {
        this.story = story;
        service = new MemoryService(story.Capped
            ? new Caps { SessionCents = 150_00, DayCents = 200_00, YearCents = new Dictionary<int, long> { [2026] = 300_00 } }
            : new Caps());
        finance = new MemoryFinance(service);
        streams = [.. story.Sessions.Select((s, i) => ($"sessions/{i}", s.Events($"sessions/{i}")))];
        applied = new int[streams.Count];
    }

    /// <summary>What the story went through, so that stories that go through nothing are noticed.</summary>
    public IEnumerable<string> Marks()
    {
        var lines = service.Lines.Values.ToList();
        return new (string Mark, bool Met)[]
        {
            ("a payment", finance.Payments.Any(p => p.Executed == true)),
            ("a counter-line", lines.Exists(l => l.Corrects is not null)),
            ("a rejected payment", finance.Payments.Any(p => p.Executed == false)),
            ("a withdrawn run", finance.Payments.Any(p => p.Withdrawn)),
            ("a payee that owes", finance.Payments.Any(p => finance.Books.Balance(Books.Owed(p.Payee)) > 0)),
            ("a negative line netted", finance.Payments.Any(p => p.Executed == true && p.Lines.Any(l => finance.Approved[l] < 0))),
            ("a session moved into another year", story.Sessions.Any(s => !s.Cancelled && s.Moves.Length > 0 && s.Date.Year == 2027)),
            ("a capped line", lines.Exists(l => l.Reason.StartsWith("CAP_", StringComparison.Ordinal))),
            ("a line carried into another year", lines.Exists(l => l.FiscalYear > l.SessionDate.Year)),
            ("a correction carried into another year", lines.Exists(l => l.Corrects is not null && l.FiscalYear > l.SessionDate.Year)),
            ("a missing declaration", lines.Exists(l => l.Reason == "DECLARATION_MISSING")),
        }.Where(m => m.Met).Select(m => m.Mark);
    }

    public void Play()
    {
        if (story.Ready)
        {
            TellReferences();
        }

        foreach (var step in story.Steps)
        {
            Do(step);
            MustHold();
        }

        Finish();
        MustHold();
        MustBeSettled();
    }

    private void Do(Step step)
    {
        switch (step.Act)
        {
            case Act.Deliver:
                var session = step.A % streams.Count;
                Deliver(session, Story.Arriving(step, applied[session], streams[session].Events.Count));
                break;
            case Act.TellPayee: service.TellPayee(SessionStory.PersonName(step.A % SessionStory.People)); break;
            case Act.PublishGrid: service.PublishGrid(); break;
            case Act.PutEnvelope: service.PutEnvelope(Years[step.A % Years.Length], story.Capped ? Scarce : Plenty); break;
            case Act.Approve: finance.Approve(i => ((step.A >> (i % 10)) & 1) == 1); break;
            case Act.Propose: finance.Propose(); break;
            case Act.Release: finance.Release(step.A); break;
            case Act.Withdraw: finance.Withdraw(step.A); break;
            case Act.BankPays: finance.Bank(step.A, executed: true); break;
            case Act.BankRejects: finance.Bank(step.A, executed: false); break;
            case Act.CloseYear when story.Closes: service.CloseYear(Years[0]); break;
            case Act.CarryLateLines: service.CarryLateLines(streams[step.A % streams.Count].Name, Years[1]); break;
        }
    }

    /// <summary>The contiguous inbox (DESIGN §7.1): what was applied is dropped, what comes early waits for its predecessor.</summary>
    private void Deliver(int session, int no)
    {
        if (no > applied[session])
        {
            parked.Add((session, no));
        }

        while (parked.Remove((session, applied[session] + 1)))
        {
            service.Handle(streams[session].Events[applied[session]++]);
        }
    }

    /// <summary>Everything arrives, everything that waits for a reference gets it, everything is approved and paid.</summary>
    private void Finish()
    {
        for (var session = 0; session < streams.Count; session++)
        {
            for (var no = streams[session].Events.Count; no > 0; no--)
            {
                Deliver(session, no);
            }
        }

        TellReferences();
        do
        {
            MustHold();
            finance.Approve(_ => true);
            streams.ForEach(s => service.CarryLateLines(s.Name, Years[1]));
            finance.Approve(_ => true);
            while (finance.Payments.Any(p => p is { Issued: false, Withdrawn: false }))
            {
                finance.Release(0);
            }

            while (finance.Payments.Any(p => p is { Issued: true, Executed: null }))
            {
                finance.Bank(0, executed: true);
            }
        }
        while (finance.Propose());
    }

    private void TellReferences()
    {
        Enumerable.Range(0, SessionStory.People).ToList().ForEach(p => service.TellPayee(SessionStory.PersonName(p)));
        service.PublishGrid();
        Years.ToList().ForEach(y => service.PutEnvelope(y, story.Capped ? Scarce : Plenty));
    }

    private void MustHold()
    {
        MustBalance();
        var lines = service.Lines.Values.ToList();
        var live = lines.Where(l => l.Live).Select(l => (l.Session, l.Professional, l.Component)).ToList();
        Assert.Equal(live.Count, live.Distinct().Count());
        Assert.All(finance.Approved, a => Assert.Equal(a.Value, service.Lines[a.Key].AmountCents));
        Assert.All(lines.Where(l => l is { State: LineState.Recorded or LineState.Cancelled }), l => Assert.NotEmpty(l.Reason));
        Assert.All(lines.Where(l => l.Corrects is null && l.State == LineState.Calculated), l => Assert.True(l.AmountCents == l.DueCents || l.Reason.StartsWith("CAP_", StringComparison.Ordinal), $"{l}"));
        MustPayOnce();
        foreach (var year in Years)
        {
            Assert.True(service.Calculated(year) <= service.Envelopes.GetValueOrDefault(year), "more than the envelope");
            // What a correction takes back is no longer given.
            foreach (var person in Enumerable.Range(0, SessionStory.People).Select(SessionStory.PersonName))
            {
                var given = lines.Where(l => l.Professional == person && l.FiscalYear == year && l.State == LineState.Calculated).Sum(l => l.AmountCents);
                Assert.Equal(given, service.PersonYear.GetValueOrDefault((person, year)));
            }
        }
    }

    /// <summary>Balances of the books are those of the lines and payments.</summary>
    private void MustBalance()
    {
        var books = finance.Books;
        Assert.Equal(books.Debits, books.Credits);
        var issued = finance.Payments.Where(p => p.Issued && p.Executed != false).ToList();
        Assert.Equal(-issued.Sum(p => p.Cents), books.Balance("512"));
        Assert.Equal(Approved(l => l.Component != Component.Travel), books.Balance("6226"));
        Assert.Equal(Approved(l => l.Component == Component.Travel), books.Balance("6251"));
        foreach (var payee in Enumerable.Range(0, SessionStory.People).Select(Expected.PayeeOf).Distinct(StringComparer.Ordinal))
        {
            Assert.Equal(issued.Where(p => p.Payee == payee).Sum(p => p.Cents) - Approved(l => l.Payee == payee), books.Balance(Books.Owed(payee)));
        }

        long Approved(Func<Line, bool> which) => finance.Approved.Where(a => which(service.Lines[a.Key])).Sum(a => a.Value);
    }

    private void MustPayOnce()
    {
        var held = finance.Payments.Where(p => p.Holds).SelectMany(p => p.Lines).ToList();
        Assert.Equal(held.Count, held.Distinct().Count());
        Assert.All(finance.Payments, p => Assert.True(p.Cents > 0 && p.Cents == p.Lines.Sum(l => finance.Approved[l]), $"{p}"));
    }

    /// <summary>Nothing lost: what each payee got, or owes when it got too much, is what is due to it.</summary>
    private void MustBeSettled()
    {
        // A line of nobody's declaration waits for ever; nothing else does.
        Assert.All(service.Lines.Values.Where(l => l.State == LineState.Recorded), l => Assert.Equal("DECLARATION_MISSING", l.Reason));
        Assert.DoesNotContain(service.Lines.Values, l => l.State == LineState.Committed && story.Sessions[int.Parse(l.Session["sessions/".Length..], System.Globalization.CultureInfo.InvariantCulture)].Cancelled);
        foreach (var (payee, due) in Expected.Of(story))
        {
            var paid = finance.Payments.Where(p => p.Payee == payee && p.Executed == true).Sum(p => p.Cents);
            var owes = finance.Books.Balance(Books.Owed(payee));
            Assert.True(owes >= 0, $"{payee} is still owed {-owes}");
            if (story.Capped)
            {
                Assert.True(paid - owes <= due, $"{payee} got {paid} of {due}");
            }
            else
            {
                Assert.Equal(due, paid - owes);
            }
        }
    }
}
