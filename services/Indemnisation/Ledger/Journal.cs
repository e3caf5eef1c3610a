using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Ledger;

/// <summary>
/// What is booked, and when (plan comptable général, DOMAIN §6): approval debits the expense (6226 honoraires, 6251
/// déplacements) and credits what is owed to the payee (467); issue debits 467 and credits the bank (512). An entry bears
/// the id of the line or payment it books, so that nothing is booked twice.
/// </summary>
internal static class Journal
{
    /// <summary>Lines just approved. A counter-line has a negative amount: its sides are exchanged. Zero books nothing.</summary>
    public static async Task BookApproved(Tx tx, Guid[] lines, string poster, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into ledger_entry (id, kind, entry_date, post_time, poster)
            select id, 'LINE_APPROVED', @date, @now, @poster from indemnity_line where id = any(@lines) and amount_cents <> 0
            """,
            new { lines, date = Paris.DateOf(now), now, poster });
        await tx.Execute(
            """
            insert into ledger_posting (entry_id, position, account, key, debit_cents, credit_cents)
            select id, 1, case component when 3 then '6251' else '6226' end, '', greatest(amount_cents, 0), greatest(-amount_cents, 0)
            from indemnity_line where id = any(@lines) and amount_cents <> 0
            union all
            select id, 2, '467', payee, greatest(-amount_cents, 0), greatest(amount_cents, 0)
            from indemnity_line where id = any(@lines) and amount_cents <> 0
            """,
            new { lines });
    }

    /// <summary>Payments of a run just released.</summary>
    public static async Task BookIssued(Tx tx, Guid run, string poster, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into ledger_entry (id, kind, entry_date, post_time, poster)
            select id, 'PAYMENT_ISSUED', @date, @now, @poster from payment where run_id = @run
            """,
            new { run, date = Paris.DateOf(now), now, poster });
        await tx.Execute(
            """
            insert into ledger_posting (entry_id, position, account, key, debit_cents, credit_cents)
            select id, 1, '467', payee, amount_cents, 0 from payment where run_id = @run
            union all
            select id, 2, '512', '', 0, amount_cents from payment where run_id = @run
            """,
            new { run });
    }
}
