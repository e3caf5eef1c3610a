using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>SQL of référents' terms.</summary>
internal static class ReferentStore
{
    /// <summary>Ends the term on the day, exclusive; one that had not begun before is as if it had never been.</summary>
    public static async Task End(Tx tx, TermRow? term, DateOnly until)
    {
        if (term is null)
        {
            return;
        }

        await (term.FromDate < until
            ? tx.Execute("update referent_term set until_date = @until where term_id = @TermId", new { term.TermId, until })
            : tx.Execute("delete from referent_term where term_id = @TermId", new { term.TermId }));
    }

    public static async Task Begin(Tx tx, TermRow? term)
    {
        if (term is not null)
        {
            await tx.Execute(
                """
                insert into referent_term (term_id, pole, professional, from_date, until_date)
                values (@TermId, @Pole, @Professional, @FromDate, @UntilDate)
                """,
                new { term.TermId, term.Pole, term.Professional, term.FromDate, term.UntilDate });
        }
    }
}
