namespace Intervision.Indemnisation.Ledger;

/// <summary>
/// The questions of the reconciliation. Lines are read as they are now (<c>line_now</c>): 4 approved, 5 issued, 6 paid,
/// 7 rejected. A payment is owed to the bank once its run is released (3), unless the bank rejected it (7).
/// </summary>
internal static class Checks
{
    /// <summary>Beside the balances; each gives what, found_cents and expected_cents.</summary>
    public static IReadOnlyList<string> Differences { get; } = [LinesAndEntries, PaymentsAndEntries, PaymentsAndLines, RunsAndPayments, RunsAndEnvelopes, Envelopes, Reductions, PersonYears];

    private const string Issued = "payment p join payment_run r on r.id = p.run_id and r.state = 3";

    private const string Rejected = "payment p join payment_outcome o on o.payment_id = p.id and o.state = 7";

    /// <summary>Each account: from the postings, and as lines and released payments say it should be.</summary>
    public const string Balances =
        $"""
        with posted as (
          select account || case key when '' then '' else '/' || key end as account, sum(debit_cents) as debits, sum(credit_cents) as credits
          from ledger_posting group by account, key),
        approved as (
          select component, payee, sum(amount_cents) as cents from line_now where state between 4 and 7 group by component, payee),
        due as (
          select case component when 3 then '6251' else '6226' end as account, cents from approved
          union all select '467/' || payee, -cents from approved
          union all select '467/' || p.payee, p.amount_cents from {Issued}
          union all select '512', -p.amount_cents from {Issued}
          union all select '467/' || p.payee, -p.amount_cents from {Rejected}
          union all select '512', p.amount_cents from {Rejected}),
        expected as (select account, sum(cents) as cents from due group by account)
        select account, coalesce(debits, 0)::bigint as debit_cents, coalesce(credits, 0)::bigint as credit_cents, coalesce(cents, 0)::bigint as expected_cents
        from posted full join expected using (account) order by account collate "C"
        """;

    /// <summary>Errors that compensate each other between two entries leave the balances right: each line against its own entry.</summary>
    public const string LinesAndEntries =
        """
        with booked as (
          select subject as id, case when credit_account = '467' then cents else -cents end as cents,
            case when credit_account = '467' then credit_key else debit_key end as payee
          from ledger_entry where kind = 1),
        approved as (select id, amount_cents, payee from indemnity_line where state = 3)
        select 'Écriture de indemnities/' || id as what, coalesce(cents, 0) as found_cents, coalesce(amount_cents, 0) as expected_cents
        from booked left join approved using (id) where cents is distinct from amount_cents or booked.payee is distinct from approved.payee order by id
        """;

    public const string PaymentsAndEntries =
        $"""
        with booked as (select subject as id, kind, cents, case kind when 2 then debit_key else credit_key end as payee from ledger_entry where kind in (2, 3)),
        issued as (
          select p.id, 2::smallint as kind, p.amount_cents, p.payee from {Issued}
          union all select p.id, 3::smallint, p.amount_cents, p.payee from {Rejected})
        select 'Écriture de payments/' || id as what, coalesce(cents, 0) as found_cents, coalesce(amount_cents, 0) as expected_cents
        from booked full join issued using (id, kind) where cents is distinct from amount_cents or booked.payee is distinct from issued.payee order by id
        """;

    public const string PaymentsAndLines =
        """
        with paid as (
          select t.payment_id as id, sum(l.amount_cents)::bigint as cents, bool_and(l.payee = p.payee) as same
          from payment_line t left join indemnity_line l on l.id = t.line_id left join payment p on p.id = t.payment_id group by t.payment_id)
        select 'Paiement payments/' || id || ' (somme de ses lignes)' as what, coalesce(p.amount_cents, 0) as found_cents, coalesce(cents, 0) as expected_cents
        from payment p full join paid using (id) where p.amount_cents is distinct from cents or same is distinct from true order by id
        """;

    public const string RunsAndPayments =
        """
        with paid as (
          select run_id as id, count(*) as payments, sum(amount_cents)::bigint as cents, sum(n)::bigint as lines
          from payment p cross join lateral (select count(*) as n from payment_line where payment_id = p.id) t group by run_id)
        select 'Lot paymentRuns/' || id as what, coalesce(r.total_cents, 0) as found_cents, coalesce(cents, 0) as expected_cents
        from payment_run r full join paid using (id)
        where (r.total_cents, r.payment_count, r.line_count) is distinct from (cents, payments, lines) order by id
        """;

    public const string RunsAndEnvelopes =
        """
        with paid as (
          select p.run_id, l.envelope, sum(l.amount_cents)::bigint as cents
          from payment p join payment_line t on t.payment_id = p.id join indemnity_line l on l.id = t.line_id group by p.run_id, l.envelope)
        select 'Lot paymentRuns/' || run_id || ' (poids sur ' || envelope || ')' as what, coalesce(w.cents, 0) as found_cents, coalesce(paid.cents, 0) as expected_cents
        from payment_run_weight w full join paid using (run_id, envelope) where w.cents is distinct from paid.cents order by run_id, envelope
        """;

    /// <summary>Counters kept under lock, against the lines they count.</summary>
    public const string Envelopes =
        """
        with counted as (
          select envelope,
            sum(amount_cents) filter (where state in (1, 2)) as reserved,
            sum(amount_cents) filter (where state between 3 and 7) as calculated,
            sum(amount_cents) filter (where state in (5, 6)) as consumed
          from line_now where envelope is not null group by envelope),
        each as (
          select e.name, v.what, v.found, coalesce(v.expected, 0) as expected
          from envelope e left join counted c on c.envelope = e.name
          cross join lateral (values
            ('réservé', e.reserved_cents, c.reserved), ('liquidé', e.calculated_cents, c.calculated), ('consommé', e.consumed_cents, c.consumed))
            as v (what, found, expected))
        select 'Enveloppe ' || name || ', ' || what as what, found as found_cents, expected::bigint as expected_cents
        from each where found <> expected order by name, what
        """;

    /// <summary>The amount is what is due less what each cap took off, which is written once; a counter-line takes back an amount whole.</summary>
    public const string Reductions =
        """
        select 'Ligne indemnities/' || l.id || ' (plafonds)' as what, l.amount_cents as found_cents, l.due_cents - coalesce(r.cents, 0) as expected_cents
        from indemnity_line l
        left join (select line_id, sum(cents)::bigint as cents from line_reduction group by line_id) r on r.line_id = l.id
        where l.state = 3 and l.corrects is null and l.amount_cents <> l.due_cents - coalesce(r.cents, 0) order by 1
        """;

    public const string PersonYears =
        """
        with counted as (
          select professional, fiscal_year, sum(amount_cents)::bigint as cents
          from indemnity_line where state = 3 group by professional, fiscal_year)
        select 'Cumul ' || fiscal_year || ' de ' || professional as what, coalesce(y.calculated_cents, 0) as found_cents, coalesce(c.cents, 0) as expected_cents
        from person_year y full join counted c using (professional, fiscal_year)
        where coalesce(y.calculated_cents, 0) <> coalesce(c.cents, 0) order by 1
        """;
}
