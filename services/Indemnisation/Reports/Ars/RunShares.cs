using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Reports.Ars;

/// <summary>A released run and what of it an envelope paid.</summary>
internal sealed class RunShare
{
    public Guid Id { get; init; }

    public DateTimeOffset ReleaseTime { get; init; }

    /// <summary>Said in the header of the file, as its CtrlSum.</summary>
    public long TotalCents { get; init; }

    public int PaymentCount { get; init; }

    /// <summary>Sum of its payments, one by one.</summary>
    public long PaymentsCents { get; init; }

    /// <summary>Sum of the lines they pay, of whatever envelope.</summary>
    public long LinesCents { get; init; }

    public long ShareCents { get; init; }

    public long RejectedCents { get; init; }

    public string Name => $"paymentRuns/{Id}";

    public GetFundingReportResponse.Types.Run ToProto() => new()
    {
        PaymentRun = Name,
        ReleaseDate = Paris.DateOf(ReleaseTime).ToProto(),
        Payments = PaymentCount,
        Total = TotalCents.ToMoney(),
        Share = ShareCents.ToMoney(),
        RejectedShare = RejectedCents.ToMoney(),
    };
}

internal static class RunShares
{
    public static IAsyncEnumerable<RunShare> Of(Tx tx, ReportedEnvelope envelope) => tx.Stream<RunShare>(
        """
        with run as (select id from payment_run where state = 3 and programme = @Programme),
        paid as (select run_id, sum(amount_cents)::bigint as cents from payment where run_id in (select id from run) group by run_id),
        line as (
          select p.run_id, sum(l.amount_cents)::bigint as cents,
            sum(l.amount_cents) filter (where l.envelope = @Name)::bigint as share,
            sum(l.amount_cents) filter (where l.envelope = @Name and o.state = 7)::bigint as rejected
          from payment p join payment_line t on t.payment_id = p.id join indemnity_line l on l.id = t.line_id
          left join payment_outcome o on o.payment_id = p.id
          where p.run_id in (select id from run) group by p.run_id)
        select r.id, r.release_time, r.total_cents, r.payment_count, paid.cents as payments_cents, line.cents as lines_cents,
          line.share as share_cents, coalesce(line.rejected, 0) as rejected_cents
        from payment_run r join paid on paid.run_id = r.id join line on line.run_id = r.id
        where line.share is not null order by r.release_time, r.id
        """,
        new { envelope.Name, envelope.Programme });
}

/// <summary>Whether the figures of the report are those of the bank's files.</summary>
internal sealed class BankReconciliation(ReportedEnvelope envelope)
{
    private const int Most = 100;
    private readonly List<string> differences = [];
    private int found;
    private long paid;

    public void Add(RunShare run)
    {
        Expect($"Lot {run.Name}, somme des paiements", run.PaymentsCents, run.TotalCents);
        Expect($"Lot {run.Name}, somme des lignes", run.LinesCents, run.TotalCents);
        paid = checked(paid + run.ShareCents - run.RejectedCents);
    }

    /// <returns>Differences in French, the first hundred.</returns>
    public IReadOnlyList<string> Close(Figures total)
    {
        Expect("Consommé, d'après les lignes, et lots remis moins les rejets", total.ConsumedCents, paid);
        Expect($"Engagé de {envelope.Name}", envelope.EngagedCents, total.EngagedCents);
        Expect($"Liquidé de {envelope.Name}", envelope.CalculatedCents, total.CalculatedCents);
        Expect($"Consommé de {envelope.Name}", envelope.ConsumedCents, total.ConsumedCents);
        return found <= Most ? differences : [.. differences, $"… et {found - Most} autres écarts."];
    }

    private void Expect(string what, long is_, long expected)
    {
        if (is_ != expected && ++found <= Most)
        {
            differences.Add($"{what} : {Files.French.Euros(is_)} au lieu de {Files.French.Euros(expected)}.");
        }
    }
}
