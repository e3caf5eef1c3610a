using Intervision.Indemnisation.Payees;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payments;

/// <summary>A run as it is put together, payee after payee: pure.</summary>
internal sealed class Proposal(RunRow blank, Func<Guid> newId)
{
    private const long MaximumPaymentCents = 99_999_999_999;

    private readonly SortedSet<string> approvers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> weights = new(StringComparer.Ordinal);
    private long cents;
    private int payments;
    private int lines;

    public Guid Id => blank.Id;

    public bool IsEmpty => payments == 0;

    /// <summary>What the lines paid weigh on each envelope; they sum up to the run's total.</summary>
    public IReadOnlyDictionary<string, long> Weights => weights;

    /// <summary>One payment each; a payee that is held, or whose lines net to nothing or less, waits for the next run.</summary>
    /// <param name="owed">Of each payee, none empty.</param>
    /// <exception cref="RuleBroken">PAYMENT_TOO_LARGE, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public IReadOnlyList<PaymentRow> Pay(IEnumerable<IReadOnlyList<Owed>> owed, IReadOnlyDictionary<string, PayeeRow> payees) =>
        [.. owed.Select(o => Pay(o, payees[o[0].Payee])).OfType<PaymentRow>()];

    /// <param name="holding">The run that has the lines already, when nothing is left to pay.</param>
    /// <exception cref="RuleBroken">NOTHING_TO_PAY.</exception>
    public RunRow Decide(string? holding = null) => IsEmpty
        ? throw NothingToPay(holding)
        : blank with { TotalCents = cents, PaymentCount = payments, LineCount = lines, LineApprovers = [.. approvers] };

    private RuleBroken NothingToPay(string? holding)
    {
        const string french = "Aucune ligne validée n'attend de paiement pour ce programme à cette date.";
        return holding is null
            ? RuleBroken.NotNow("NOTHING_TO_PAY", french, subject: blank.Programme)
            : RuleBroken.NotNow(
                "NOTHING_TO_PAY", $"{french} Le lot « {holding} », ni remis ni retiré, en retient.", subject: blank.Programme, facts: ("paymentRun", holding));
    }

    private PaymentRow? Pay(IReadOnlyList<Owed> owed, PayeeRow payee)
    {
        var net = owed.Aggregate(0L, (sum, l) => checked(sum + l.AmountCents));
        if (net <= 0 || payee.HoldReason.Length > 0)
        {
            return null;
        }

        if (net > MaximumPaymentCents)
        {
            throw RuleBroken.NotNow("PAYMENT_TOO_LARGE", "Un virement SEPA ne peut dépasser 999 999 999,99 €.", "PAYEE", payee.Name, ("payee", payee.Name));
        }

        foreach (var line in owed)
        {
            Etag.MustNotPrecede(blank.ChangeTime, line.ChangeTime, $"indemnities/{line.Id}");
            approvers.Add(line.Approver);
            weights[line.Envelope] = checked(weights.GetValueOrDefault(line.Envelope) + line.AmountCents);
        }

        (cents, payments, lines) = checked((cents + net, payments + 1, lines + owed.Count));
        return new PaymentRow
        {
            Id = newId(),
            Payee = payee.Name,
            AmountCents = net,
            HolderName = payee.HolderName,
            Iban = payee.Iban,
            Bic = payee.Bic,
            Remittance = Remittance.Of(owed),
            Owed = owed,
        };
    }
}
