using Intervision.Intake.Consents;

namespace Intervision.Intake.FollowUp;

/// <summary>
/// What is due and since when: the returns of every intervision that decided something, the rest of the last one. Who sees
/// which case: as <c>Case.IsVisibleTo</c>, without the CPTS.
/// </summary>
internal static class DueFollowUps
{
    /// <summary>The numbers of <c>kind</c> are those of DueKind; days of the discussion are civil days in Paris.</summary>
    public const string Sql =
        $$"""
        with followed as (
          select c.id, c.code, c.pole, c.state, c.requester, i.rank,
            i.rank = max(i.rank) over (partition by c.id) as is_last,
            exists (select from decision d where d.case_id = i.case_id and d.session = i.session) as decided,
            (i.discuss_time at time zone 'Europe/Paris')::date as day,
            c.attending_physician is distinct from c.requester and c.attending_physician is not null
              and not c.attending_physician = any (
                (select r.excluded_people from consent_record r where r.case_id = c.id order by {{ConsentStore.InForceFirst}} limit 1)::text[])
              as tells_physician
          from cases c
          join intervision i on i.case_id = c.id
          left join professional p on p.name = c.requester
          where c.state in ('AwaitingConsent', 'InPreparation', 'Ready', 'Scheduled', 'Discussed', 'Decided', 'ReportedBack', 'InFollowUp')
            and (@all or c.pole = any (@poles) or (@asPerson and (c.requester = @Subject or p.rpps = @Rpps)))
            and (@Pole = '' or c.pole = @Pole)),
        due as (
          select f.*, 1 as kind, f.day + @daysToReturn as due_date from followed f where f.is_last and f.state in ('Discussed', 'Decided')
          union all
          select f.*, k.kind, f.day + @daysToReturn
          from followed f cross join (values (2, 'Requester'), (3, 'AttendingPhysician')) as k (kind, recipient)
          where f.decided and (k.kind = 2 or f.tells_physician)
            and not exists (select from case_return r where r.case_id = f.id and r.rank = f.rank and r.recipient = k.recipient)
          union all
          select f.*, k.kind, f.day + k.days
          from followed f cross join (values (4, 90, '{ThreeMonths,SixMonths}'::text[]), (5, 180, '{SixMonths}')) as k (kind, days, answered_by)
          where f.is_last and f.state in ('ReportedBack', 'InFollowUp')
            and not exists (select from outcome_review r where r.case_id = f.id and r.rank = f.rank and r.review = any (k.answered_by)))
        select code, coalesce(pole, '') as pole, requester, rank, kind, due_date
        from due
        where due_date <= @today and (due_date, code, kind, rank) > (@afterDate, @afterCode, @afterKind, @afterRank)
        order by due_date, code, kind, rank
        limit @limit
        """;
}
