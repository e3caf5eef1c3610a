namespace Intervision.Indemnisation.Ledger;

/// <summary>The questions of the reconciliation. States: 4 approved, 5 issued, 6 paid, 7 rejected (LineState).</summary>
internal static class Checks
{
    /// <summary>Each account: from the postings, and as lines and released payments say it should be.</summary>
    public const string Balances =
        """
        with posted as (
          select account || case key when '' then '' else '/' || key end as account, sum(debit_cents) as debits, sum(credit_cents) as credits
          from ledger_posting group by 1),
        due as (
          select case component when 3 then '6251' else '6226' end as account, amount_cents as cents
          from indemnity_line where state between 4 and 7
          union all
          select '467/' || payee, -amount_cents from indemnity_line where state between 4 and 7
          union all
          select '467/' || p.payee, p.amount_cents from payment p join payment_run r on r.id = p.run_id where r.state = 3
          union all
          select '512', -p.amount_cents from payment p join payment_run r on r.id = p.run_id where r.state = 3),
        expected as (select account, sum(cents) as cents from due group by account)
        select account, coalesce(debits, 0)::bigint as debit_cents, coalesce(credits, 0)::bigint as credit_cents, coalesce(cents, 0)::bigint as expected_cents
        from posted full join expected using (account) order by account
        """;

    public const string UnbalancedEntries =
        """
        select 'Écriture ' || e.id || ' (débits et crédits)' as what,
          coalesce(sum(p.debit_cents), 0)::bigint as found_cents, coalesce(sum(p.credit_cents), 0)::bigint as expected_cents
        from ledger_entry e left join ledger_posting p on p.entry_id = e.id
        group by e.id having coalesce(sum(p.debit_cents), 0) <> coalesce(sum(p.credit_cents), 0) or count(p.entry_id) = 0 order by e.id
        """;

    /// <summary>Errors that compensate each other between two entries leave the balances right: each line against its own entry.</summary>
    public const string LinesAndEntries =
        """
        with booked as (
          select e.id, sum(p.credit_cents - p.debit_cents)::bigint as cents
          from ledger_entry e join ledger_posting p on p.entry_id = e.id
          where e.kind = 'LINE_APPROVED' and p.account = '467' group by e.id),
        approved as (select id, amount_cents from indemnity_line where state between 4 and 7 and amount_cents <> 0)
        select 'Écriture de indemnities/' || id as what, coalesce(cents, 0) as found_cents, coalesce(amount_cents, 0) as expected_cents
        from booked full join approved using (id) where cents is distinct from amount_cents order by id
        """;

    public const string PaymentsAndEntries =
        """
        with booked as (
          select e.id, sum(p.credit_cents - p.debit_cents)::bigint as cents
          from ledger_entry e join ledger_posting p on p.entry_id = e.id
          where e.kind = 'PAYMENT_ISSUED' and p.account = '512' group by e.id),
        issued as (select p.id, p.amount_cents from payment p join payment_run r on r.id = p.run_id where r.state = 3)
        select 'Écriture de payments/' || id as what, coalesce(cents, 0) as found_cents, coalesce(amount_cents, 0) as expected_cents
        from booked full join issued using (id) where cents is distinct from amount_cents order by id
        """;

    public const string PaymentsAndLines =
        """
        select 'Paiement payments/' || p.id || ' (somme de ses lignes)' as what, p.amount_cents as found_cents,
          coalesce(sum(l.amount_cents), 0)::bigint as expected_cents
        from payment p left join indemnity_line l on l.payment = p.id
        group by p.id, p.amount_cents having p.amount_cents <> coalesce(sum(l.amount_cents), 0) order by p.id
        """;

    /// <summary>Counters kept under lock, against the lines they count.</summary>
    public const string Envelopes =
        """
        with counted as (
          select envelope,
            sum(amount_cents) filter (where state in (1, 2)) as reserved,
            sum(amount_cents) filter (where state between 3 and 7) as calculated,
            sum(amount_cents) filter (where state in (5, 6)) as consumed
          from indemnity_line where envelope is not null group by envelope),
        each as (
          select e.name, v.what, v.found, coalesce(v.expected, 0) as expected
          from envelope e left join counted c on c.envelope = e.name
          cross join lateral (values
            ('réservé', e.reserved_cents, c.reserved), ('liquidé', e.calculated_cents, c.calculated), ('consommé', e.consumed_cents, c.consumed))
            as v (what, found, expected))
        select 'Enveloppe ' || name || ', ' || what as what, found as found_cents, expected::bigint as expected_cents
        from each where found <> expected order by name, what
        """;

    public const string PersonYears =
        """
        with counted as (
          select professional, fiscal_year, sum(amount_cents)::bigint as cents
          from indemnity_line where state between 3 and 7 and corrects is null group by professional, fiscal_year)
        select 'Cumul ' || fiscal_year || ' de ' || professional as what, coalesce(y.calculated_cents, 0) as found_cents, coalesce(c.cents, 0) as expected_cents
        from person_year y full join counted c using (professional, fiscal_year)
        where coalesce(y.calculated_cents, 0) <> coalesce(c.cents, 0) order by 1
        """;
}
