using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports.Books;

/// <summary>
/// The number of an entry, given when it is first exported (ADR 0034): in the order of the books, after the last one given in
/// its year, one by one. Entries of nothing (a line that its caps left nothing) are not written in a journal.
/// </summary>
internal static class JournalNumbers
{
    public static async Task Give(Tx tx, int year)
    {
        // Two exports at once: the second continues after the first.
        await tx.Execute("select pg_advisory_xact_lock(hashtext('ledger_number'), @year)", new { year });
        await tx.ExecuteWhole(
            """
            insert into ledger_number (subject, kind, entry_year, number)
            select subject, kind, @year,
              (select coalesce(max(number), 0) from ledger_number where entry_year = @year)
                + row_number() over (order by entry_date, post_time, kind, subject)
            from ledger_entry e
            where entry_date between make_date(@year, 1, 1) and make_date(@year, 12, 31) and cents <> 0
              and not exists (select from ledger_number n where n.subject = e.subject and n.kind = e.kind)
            """,
            new { year });
    }
}
