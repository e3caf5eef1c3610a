using Grpc.Core;
using Intervision.Indemnisation.Payees;
using Intervision.Indemnisation.Payments;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Tests;

/// <summary>One payment per payee, negative lines netted (DESIGN §7.16), without a database.</summary>
public sealed class ProposalTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly RunRow Blank = new() { Programme = "programmes/A", ChangeTime = Now };
    private static readonly Dictionary<string, PayeeRow> Payees = new[] { "payees/A", "payees/B" }
        .ToDictionary(n => n, n => new PayeeRow { Name = n, HolderName = n, Iban = "FR7699999099480000000000193" }, StringComparer.Ordinal);

    public static TheoryData<long[], long[], long[]> Nets => new()
    {
        { [13_500, 840], [5_250], [14_340, 5_250] },
        { [13_500, -840], [5_250], [12_660, 5_250] },
        { [13_500, -13_500], [5_250], [5_250] },
        { [-100], [5_250], [5_250] },
    };

    [Theory]
    [MemberData(nameof(Nets))]
    public void Each_payee_is_paid_the_net_and_who_owes_waits(long[] a, long[] b, long[] paid)
    {
        var lines = a.Select(c => Line("payees/A", c)).Concat(b.Select(c => Line("payees/B", c))).ToList();
        var (run, payments) = Propose(lines);
        Assert.Equal((payments.Count, payments.Sum(p => p.Owed.Count), "officer@finance"), (run.PaymentCount, run.LineCount, Assert.Single(run.LineApprovers)));
        Assert.Equal(paid, payments.Select(p => p.AmountCents));
        Assert.Equal(paid.Sum(), run.TotalCents);
        Assert.All(payments, p => Assert.Equal(p.AmountCents, p.Owed.Sum(l => l.AmountCents)));
    }

    [Fact]
    public void What_is_paid_weighs_on_the_envelopes_of_its_lines()
    {
        var proposal = new Proposal(Blank, () => Guid.CreateVersion7());
        proposal.Pay(
            [
                [Line("payees/A", 300) with { Envelope = "envelopes/1" }, Line("payees/A", -100) with { Envelope = "envelopes/2" }],
                [Line("payees/B", -1) with { Envelope = "envelopes/3" }],
            ],
            Payees);
        Assert.Equal([new("envelopes/1", 300), new("envelopes/2", -100)], proposal.Weights.OrderBy(w => w.Key, StringComparer.Ordinal));
        Assert.Equal(200, proposal.Decide().TotalCents);
    }

    [Fact]
    public void Ids_of_a_run_ascend_and_are_of_its_instant()
    {
        var (ids, others) = (new AscendingIds(Now), new AscendingIds(Now));
        var made = Enumerable.Range(0, 10_000).Select(_ => ids.Next()).ToList();
        Assert.Equal(made.Order(), made);
        Assert.Equal(20_000, made.Concat(Enumerable.Range(0, 10_000).Select(_ => others.Next())).Distinct().Count());
        Assert.All(made, id => Assert.Equal((7, 8, Guid.CreateVersion7(Now).ToString()[..13]), (id.Version, id.Variant & 0xC, id.ToString()[..13])));
    }

    [Fact]
    public void Nothing_positive_is_nothing_to_pay_and_too_much_is_refused()
    {
        Assert.Equal("NOTHING_TO_PAY", Assert.Throws<RuleBroken>(() => Propose([Line("payees/A", -5)])).Reason);
        var tooMuch = Assert.Throws<RuleBroken>(() => Propose([Line("payees/A", 100_000_000_000)]));
        Assert.Equal((StatusCode.FailedPrecondition, "PAYMENT_TOO_LARGE"), (tooMuch.Code, tooMuch.Reason));
        Assert.Throws<OverflowException>(() => Propose([Line("payees/A", long.MaxValue), Line("payees/A", 1)]));
    }

    [Fact]
    public void The_bank_statement_names_poles_and_days_never_a_case()
    {
        Assert.Equal("ITV P12 2026-09-15 SEANCES 1", Remittance.Of([Line("payees/A", 1)]));
        var many = Enumerable.Range(1, 12).Select(i => Line("payees/A", 1) with { Pole = $"poles/P{i:D2}", Session = $"sessions/{i}", SessionDate = new DateOnly(2026, 10, i) }).ToList();
        Assert.Equal("ITV 12 POLES 2026-10-01 2026-10-12 SEANCES 12", Remittance.Of(many));
    }

    private static (RunRow Run, IReadOnlyList<PaymentRow> Payments) Propose(IReadOnlyList<Owed> owed)
    {
        var proposal = new Proposal(Blank, () => Guid.CreateVersion7());
        var payments = proposal.Pay(owed.GroupBy(l => l.Payee, StringComparer.Ordinal).Select(g => g.ToList()), Payees);
        return (proposal.Decide(), payments);
    }

    private static Owed Line(string payee, long cents) => new()
    {
        Id = Guid.CreateVersion7(),
        Payee = payee,
        AmountCents = cents,
        Pole = "poles/P12",
        Session = "sessions/1",
        SessionDate = new DateOnly(2026, 9, 15),
        Approver = "officer@finance",
        ChangeTime = Now,
    };
}
