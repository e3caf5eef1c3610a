using Intervision.Indemnisation.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payments;

/// <summary>What finance hears of a released run: every payment with its lines, in parts of the size of an event.</summary>
internal static class RunSaid
{
    private const int MostPayments = 500;
    private const int MostLines = 2_000;
    private const int PartsAtOnce = 10;

    /// <summary>The payments on their way to the file; the parts are written as they pass, so that none is read twice.</summary>
    public static async IAsyncEnumerable<PaymentRow> Along(Tx tx, RunRow run, IAsyncEnumerable<PaymentRow> payments, DateTimeOffset now)
    {
        var parts = new List<PaymentRunReleased> { Part(run, 1) };
        await foreach (var payment in payments)
        {
            Add(parts, run, payment);
            if (parts.Count > PartsAtOnce)
            {
                await Append(tx, run, parts[..^1], now);
                parts = parts[^1..];
            }

            yield return payment;
        }

        parts[^1].Last = true;
        await Append(tx, run, parts, now);
    }

    /// <summary>To the last part, or to new ones when it is full.</summary>
    internal static void Add(List<PaymentRunReleased> parts, RunRow run, PaymentRow payment)
    {
        var said = new PaymentIssued { Payment = payment.Name, Payee = payment.Payee, AmountCents = payment.AmountCents };
        var lines = payment.Lines.AsEnumerable();
        do
        {
            var room = MostLines - parts[^1].Payments.Sum(p => p.Indemnities.Count);
            if (room == 0 || parts[^1].Payments.Count == MostPayments)
            {
                parts.Add(Part(run, parts[^1].Part + 1));
                room = MostLines;
            }

            said.Indemnities.Add(lines.Take(room).Select(l => $"indemnities/{l}"));
            lines = lines.Skip(room);
            parts[^1].Payments.Add(said);
            said = new PaymentIssued { Payment = payment.Name, Payee = payment.Payee };
        }
        while (lines.Any());
    }

    internal static PaymentRunReleased Part(RunRow run, int number) => new()
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
