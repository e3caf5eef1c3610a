using Intervision.Indemnisation.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payments;

/// <summary>What finance hears of a released run: every payment with its lines, in parts of the size of an event.</summary>
internal sealed class RunSaid
{
    private const int MostPayments = 500;
    private const int MostLines = 2_000;
    private const int PartsAtOnce = 10;
    private readonly RunRow run;
    private List<PaymentRunReleased> parts;
    private int linesOfLast;

    internal RunSaid(RunRow run) => (this.run, parts) = (run, [Part(run, 1)]);

    internal IReadOnlyList<PaymentRunReleased> Parts => parts;

    /// <summary>The payments on their way to the file; the parts are written as they pass, so that none is read twice.</summary>
    /// <param name="free">When nothing else writes to the transaction any more.</param>
    public static async IAsyncEnumerable<PaymentRow> Along(Tx tx, RunRow run, IAsyncEnumerable<PaymentRow> payments, Task free, DateTimeOffset now)
    {
        var said = new RunSaid(run);
        await foreach (var payment in payments)
        {
            said.Add(payment);
            if (said.parts.Count > PartsAtOnce)
            {
                await free;
                await Append(tx, run, said.parts[..^1], now);
                said.parts = said.parts[^1..];
            }

            yield return payment;
        }

        said.parts[^1].Last = true;
        await free;
        await Append(tx, run, said.parts, now);
    }

    /// <summary>To the last part, or to new ones when it is full.</summary>
    internal void Add(PaymentRow payment)
    {
        var said = new PaymentIssued { Payment = payment.Name, Payee = payment.Payee, AmountCents = payment.AmountCents };
        var left = payment.Lines.AsSpan();
        do
        {
            if (linesOfLast == MostLines || parts[^1].Payments.Count == MostPayments)
            {
                parts.Add(Part(run, parts[^1].Part + 1));
                linesOfLast = 0;
            }

            var here = left[..Math.Min(left.Length, MostLines - linesOfLast)];
            foreach (var line in here)
            {
                said.Indemnities.Add($"indemnities/{line}");
            }

            left = left[here.Length..];
            linesOfLast += here.Length;
            parts[^1].Payments.Add(said);
            said = new PaymentIssued { Payment = payment.Name, Payee = payment.Payee };
        }
        while (!left.IsEmpty);
    }

    private static PaymentRunReleased Part(RunRow run, int number) => new()
    {
        PaymentRun = run.Name,
        Programme = run.Programme,
        ExecutionDate = run.ExecutionDate.ToProto(),
        PaymentCount = run.PaymentCount,
        TotalCents = run.TotalCents,
        Currency = "EUR",
        Part = number,
    };

    private static Task Append(Tx tx, RunRow run, IEnumerable<PaymentRunReleased> parts, DateTimeOffset now) =>
        OutboxBatch.Append(tx, now, [.. parts.Select(p => new ToSay(run.Name, p) { AggregateId = run.Id })]);
}
