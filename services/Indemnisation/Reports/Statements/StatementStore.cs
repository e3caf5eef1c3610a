using Intervision.Indemnisation.Directory;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Reports.Statements;

internal static class StatementStore
{
    /// <summary>Null when there is no such payee, or none that the caller is paid through.</summary>
    public static async Task<Statement?> Find(Tx tx, string payee, Caller caller, DateTimeOffset now)
    {
        string[] names = caller.IsFinance() ? [] : [.. await DirectoryStore.NamesOf(tx, caller)];
        return await tx.SingleOrDefault<Statement>(
            """
            select p.name as payee, a.holder_name, p.siret, coalesce((select holder_name from debtor), '') as payer
            from payee p join payee_account(@now) a on a.payee = p.name
            where p.name = @payee and (@all
              or exists (select from payee_professional pp where pp.payee = p.name and pp.professional = any(@names))
              or exists (select from indemnity_line l where l.payee = p.name and l.professional = any(@names)))
            """,
            new { payee, names, all = caller.IsFinance(), now });
    }

    /// <summary>Calculated and beyond; a professional sees one's own among those of a shared payee.</summary>
    public static async Task<IReadOnlyList<StatementLine>> Lines(Tx tx, Statement statement, Caller caller, int limit)
    {
        string[] names = caller.IsFinance() ? [] : [.. await DirectoryStore.NamesOf(tx, caller)];
        return await tx.Query<StatementLine>(
            """
            select l.id, l.session_date, l.pole, coalesce(nullif(d.display_name, ''), l.professional) as person, l.component, l.present_minutes, l.kilometres,
              l.amount_cents, l.state, l.reason, l.corrects is not null as is_counter, l.payment,
              case when l.state in (5, 6) then greatest(r.execution_date, (r.release_time at time zone 'Europe/Paris')::date) end as payment_date
            from line_now l
            left join professional d on d.name = l.professional
            left join payment p on p.id = l.payment
            left join payment_run r on r.id = p.run_id
            where l.payee = @Payee and l.session_date between @From and @Until and l.state between 3 and 7 and (@all or l.professional = any(@names))
            order by l.start_time, l.session, l.professional, l.component, l.id limit @limit
            """,
            new { statement.Payee, statement.From, statement.Until, names, all = caller.IsFinance(), limit });
    }
}
