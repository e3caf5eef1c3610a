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

    /// <summary>Makes <c>pole.referent</c>, what was last said, the one in office on the day.</summary>
    /// <returns>Codes of the pôles where that is another than before.</returns>
    public static async Task<string[]> SayInOffice(Tx tx, string[] poles, DateOnly today) =>
        [.. await tx.Query<string>(
            """
            update pole p set referent = now.professional
            from unnest(@poles) as asked (code)
            left join referent_term now
              on now.pole = asked.code and now.from_date <= @today and (now.until_date is null or now.until_date > @today)
            where p.code = asked.code and p.referent is distinct from now.professional
            returning p.code
            """,
            new { poles, today })];

    /// <summary>What these people do on the day, by id: at least one row for each who is known.</summary>
    public static async Task<ILookup<string, Capacity>> Capacities(Tx tx, string[] professionals, DateOnly day) =>
        (await tx.Query<Capacity>(
            """
            select p.professional_id, a.profession_table, a.profession_code, a.savoir_faire
            from professional p
            left join activity a on a.professional_id = p.professional_id and a.from_date <= @day and (a.until_date is null or a.until_date > @day)
            where p.professional_id = any(@professionals)
            """,
            new { professionals, day })).ToLookup(c => c.ProfessionalId, StringComparer.Ordinal);
}

/// <summary>One activity of a person on a day; without a profession when there is none.</summary>
internal sealed class Capacity
{
    public string ProfessionalId { get; init; } = "";

    public string? ProfessionTable { get; init; }

    public string? ProfessionCode { get; init; }

    public string? SavoirFaire { get; init; }
}
