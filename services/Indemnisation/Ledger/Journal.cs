using Intervision.Indemnisation.Lines;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Ledger;

/// <summary>What an entry books; with its subject it is the entry's key.</summary>
public enum EntryKind
{
    LineApproved = 1,
    PaymentIssued = 2,
    PaymentRejected = 3,
}

/// <summary>
/// What is booked, and when (plan comptable général, DOMAIN §6): approval debits the expense (6226 honoraires, 6251
/// déplacements) and credits what is owed to the payee (467); issue debits 467 and credits the bank (512), and what
/// the bank rejects or returns is countered. An entry bears the id
/// of the line or payment it books: nothing is booked twice, and a line is approved if and only if it is booked.
/// </summary>
internal static class Journal
{
    private const string Entry =
        "insert into ledger_entry (subject, kind, entry_date, post_time, poster, debit_account, debit_key, credit_account, credit_key, cents)";

    /// <summary>What the approval of a line <c>l</c> books. A counter-line has a negative amount: its sides are exchanged.</summary>
    private const string BookLine =
        $"""
        {Entry}
        select l.id, 1, @date, @now, @poster,
          case when l.amount_cents < 0 then '467' else a.expense end, case when l.amount_cents < 0 then l.payee else '' end,
          case when l.amount_cents < 0 then a.expense else '467' end, case when l.amount_cents < 0 then '' else l.payee end, abs(l.amount_cents)
        from indemnity_line l cross join lateral (select case l.component when 3 then '6251' else '6226' end as expense) a
        """;

    public static Task BookApproved(Tx tx, Guid[] lines, string poster, DateTimeOffset now) =>
        tx.Execute($"{BookLine} where l.id = any(@lines)", new { lines, date = Paris.DateOf(now), now, poster });

    /// <returns>How many.</returns>
    public static Task<int> BookApproved(Tx tx, CalculatedLines which, string poster, DateTimeOffset now) =>
        tx.ExecuteWhole(
            $"{BookLine} where {CalculatedLines.Where}",
            new { date = Paris.DateOf(now), now, poster, which.Programme, which.UpTo, which.Names, which.Rpps, which.Certified });

    /// <summary>Payments of a run just released.</summary>
    public static Task BookIssued(Tx tx, Guid run, string poster, DateTimeOffset now) =>
        tx.Execute(
            $"{Entry} select id, 2, @date, @now, @poster, '467', payee, '512', '', amount_cents from payment where run_id = @run",
            new { run, date = Paris.DateOf(now), now, poster });

    /// <summary>Payments that the bank rejected, or that came back: the counter-entries of their issue; what they paid is owed again.</summary>
    public static Task BookRejected(Tx tx, Guid[] payments, string poster, DateTimeOffset now) =>
        tx.Execute(
            $"{Entry} select id, 3, @date, @now, @poster, '512', '', '467', payee, amount_cents from payment where id = any(@payments)",
            new { payments, date = Paris.DateOf(now), now, poster });
}
