using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Organisations;

/// <summary>
/// New partners presented at a table. The directory may come to know a structure, or its membership, after it was
/// presented: what was said then waits and is never decided negatively (DESIGN §7.19).
/// </summary>
internal static class Presentations
{
    public static Task<int> Wait(Tx tx, string[] organisations, string programme, string session, DateOnly date) =>
        tx.Execute(
            """
            insert into waiting_presentation (organisation, programme, session, presentation_date)
            select organisation, @programme, @session, @date from unnest(@organisations) as organisation
            on conflict do nothing
            """,
            new { organisations, programme, session, date });

    /// <summary>
    /// Marks the memberships of these organisations that hold on the day of a waiting presentation; the first
    /// presentation counts, a further one of the same membership changes nothing.
    /// </summary>
    /// <returns>Identifiers of the organisations whose memberships changed.</returns>
    public static Task<IReadOnlyList<string>> Settle(Tx tx, string[] organisations) =>
        tx.Query<string>(
            """
            with settled as (
              delete from waiting_presentation w using programme_membership m
              where w.organisation = any(@organisations) and (m.organisation, m.programme) = (w.organisation, w.programme)
                and daterange(m.from_date, m.until_date) @> w.presentation_date
              returning w.organisation, w.programme, m.from_date, w.presentation_date, w.session),
            first as (
              select distinct on (organisation, programme, from_date) * from settled
              order by organisation, programme, from_date, presentation_date, session),
            marked as (
              update programme_membership m set presented_date = f.presentation_date, presented_session = f.session from first f
              where (m.organisation, m.programme, m.from_date) = (f.organisation, f.programme, f.from_date) and m.presented_date is null
              returning m.organisation)
            select distinct organisation from marked order by organisation
            """,
            new { organisations });
}
