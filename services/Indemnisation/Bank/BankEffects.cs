using Google.Protobuf;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Ledger;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Outcome = Intervision.Indemnisation.V1.BankLine.Types.Outcome;

namespace Intervision.Indemnisation.Bank;

/// <summary>
/// What a page of lines changes: the facts told of payments, the counter-entries of those that failed, what their envelopes
/// had consumed, and the events. The lines of a failed payment are free by that fact alone.
/// </summary>
internal static class BankEffects
{
    public static async Task Apply(Tx tx, Guid file, IReadOnlyList<BankRow> lines, Call call)
    {
        var told = lines.Where(l => l.Outcome is Outcome.Paid or Outcome.Rejected or Outcome.Returned).ToList();
        var failed = told.Where(l => l.Outcome is not Outcome.Paid).Select(l => l.Payment!.Value).ToArray();
        await BankStore.Insert(tx, file, lines);
        if (told.Count == 0)
        {
            return;
        }

        await tx.Execute(
            """
            insert into payment_told (payment_id, state, reason, returned, outcome_time, bank_file)
            select payment, state, reason, returned, @Now, @file from unnest(@payments, @states, @reasons, @returned) as t (payment, state, reason, returned)
            """,
            new
            {
                file,
                call.Now,
                payments = told.Select(l => l.Payment!.Value).ToArray(),
                states = told.Select(l => l.Outcome == Outcome.Paid ? 6 : 7).ToArray(),
                reasons = told.Select(l => l.Reason).ToArray(),
                returned = told.Select(l => l.Outcome == Outcome.Returned).ToArray(),
            });
        await Journal.BookRejected(tx, failed, call.Caller.Subject, call.Now);
        await GiveBack(tx, failed);
        await OutboxBatch.Append(tx, call.Now, [.. InStreams(told).Select(l => new ToSay($"payments/{l.Payment}", Event(l)) { AggregateId = l.Payment!.Value })]);
    }

    /// <summary>Those of one payment follow each other, as <see cref="OutboxBatch"/> asks.</summary>
    private static IEnumerable<BankRow> InStreams(IEnumerable<BankRow> told) => told.GroupBy(l => l.Payment).SelectMany(g => g);

    private static IMessage Event(BankRow line) => line.Outcome == Outcome.Paid
        ? new PaymentExecuted { Payment = $"payments/{line.Payment}" }
        : new PaymentRejected { Payment = $"payments/{line.Payment}", Reason = line.Reason, Returned = line.Outcome == Outcome.Returned };

    /// <summary>What was issued weighs as consumed; what failed is approved again. Envelopes in the order of their names.</summary>
    private static async Task GiveBack(Tx tx, Guid[] failed)
    {
        if (failed.Length == 0)
        {
            return;
        }

        // Each line by its id (offset 0): on tables not analysed since they grew, a join of a handful was planned as a walk through all of them.
        const string freed =
            """
            select l.envelope, sum(l.amount_cents)::bigint as cents
            from payment_line t cross join lateral (select envelope, amount_cents from indemnity_line where id = t.line_id offset 0) l
            where t.payment_id = any(@failed) group by l.envelope
            """;
        await tx.Execute($"select from envelope where name in (select envelope from ({freed}) f) order by name for update", new { failed });
        await tx.Execute($"update envelope e set consumed_cents = consumed_cents - f.cents from ({freed}) f where e.name = f.envelope", new { failed });
    }
}
