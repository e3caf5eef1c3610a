-- A line's life after its calculation is made of facts that are added, never of updates (ADR 0028): it is approved by its
-- entry in the ledger, it is in a payment by a row of payment_line, and what became of it follows from the payment. Nothing
-- that a year of lines goes through writes them again, and what was is never lost.

-- Double entry, one transfer a row: one debit, one credit, one amount. It cannot be out of balance.
alter table ledger_entry rename to old_entry;
alter table ledger_posting rename to old_posting;
create table ledger_entry (
  subject        uuid        not null,         -- the line or the payment it books
  kind           smallint    not null check (kind between 1 and 3),   -- 1 line approved, 2 payment issued, 3 payment rejected
  entry_date     date        not null,
  post_time      timestamptz not null,
  poster         text        not null,
  debit_account  text        not null check (debit_account in ('6226', '6251', '467', '512')),    -- plan comptable général
  debit_key      text        not null default '',                     -- the payee, on 467
  credit_account text        not null check (credit_account in ('6226', '6251', '467', '512')),
  credit_key     text        not null default '',
  cents          bigint      not null check (cents >= 0),             -- 0 for a line that its caps left nothing
  primary key (subject, kind),                 -- nothing is booked twice
  check (debit_account <> credit_account),
  check ((debit_account = '467') = (debit_key <> '') and (credit_account = '467') = (credit_key <> '')));
comment on table ledger_entry is 'append-only: accounting entries';

insert into ledger_entry
select e.id, case e.kind when 'LINE_APPROVED' then 1 else 2 end, e.entry_date, e.post_time, e.poster, d.account, d.key, c.account, c.key, d.debit_cents
from old_entry e
join old_posting d on d.entry_id = e.id and d.debit_cents > 0
join old_posting c on c.entry_id = e.id and c.credit_cents > 0
union all
select id, 1, (change_time at time zone 'Europe/Paris')::date, change_time, approver, case component when 3 then '6251' else '6226' end, '', '467', payee, 0
from indemnity_line where state between 4 and 7 and amount_cents = 0;
drop table old_posting, old_entry;
drop function entry_must_balance;
create trigger append_only before update or delete or truncate on ledger_entry for each statement execute function refuse_change();

-- The two sides of each entry, as accounts are read.
create view ledger_posting as
select subject, kind, entry_date, 1 as position, debit_account as account, debit_key as key, cents as debit_cents, 0::bigint as credit_cents
from ledger_entry where cents <> 0
union all
select subject, kind, entry_date, 2, credit_account, credit_key, 0, cents from ledger_entry where cents <> 0;

-- Which payment took a line. A payment that the bank rejects frees its lines: the next one takes them as another attempt.
create table payment_line (
  line_id    uuid     not null,
  attempt    smallint not null check (attempt > 0),
  payment_id uuid     not null,
  primary key (line_id, attempt));             -- of two proposals at once one gets the line
comment on table payment_line is 'append-only: what a payment is made of';
insert into payment_line select id, 1, payment from indemnity_line where payment is not null;
create index payment_line_payment on payment_line (payment_id);

-- What the bank said of a payment that was issued.
create table payment_outcome (
  payment_id   uuid        primary key references payment,
  state        int         not null check (state in (6, 7)),          -- 6 paid, 7 rejected (LineState)
  reason       text        not null default '' check (reason ~ '^[A-Z0-9]{0,35}$'),   -- ISO 20022
  outcome_time timestamptz not null);
comment on table payment_outcome is 'append-only: what the bank said';

alter table payment_run
  add column payment_count  int    not null default 0,
  add column line_count     int    not null default 0,
  add column line_approvers text[] not null default '{}';              -- none of them approves or releases the run
update payment_run r set
  payment_count = (select count(*) from payment p where p.run_id = r.id),
  line_count = (select count(*) from payment_line l join payment p on p.id = l.payment_id where p.run_id = r.id),
  line_approvers = array(
    select distinct e.poster from payment p join payment_line l on l.payment_id = p.id join ledger_entry e on e.subject = l.line_id and e.kind = 1
    where p.run_id = r.id order by 1);

-- Who certified a session: said once, not on each of its lines, and found from the person's side.
create table session_certifier (
  certifier text not null check (length(certifier) <= 128),
  session   text not null,
  primary key (certifier, session));
comment on table session_certifier is 'append-only: who certified an attendance sheet';
create index session_certifier_session on session_certifier (session);
insert into session_certifier select distinct unnest(certifiers), session from indemnity_line;

-- Calculated or beyond is 3 in the row; 4 to 7 follow from the facts (line_now).
alter table indemnity_line drop column approver, drop column payment, drop column certifiers;
update indemnity_line set state = 3 where state between 4 and 7;
alter table indemnity_line drop constraint indemnity_line_state_check;
alter table indemnity_line add constraint indemnity_line_state_check check (state in (1, 2, 3, 8));

-- No index knows the state, so that a line is calculated in place; each costs a third of what the line itself does.
drop index indemnity_line_live, indemnity_line_order, indemnity_line_session, indemnity_line_person, indemnity_line_open, indemnity_line_approved;
-- The one that counts of (programme, session, person, component), and the lines of a session whatever became of them.
create unique index indemnity_line_live on indemnity_line (session, professional, component, programme, (case when not live then id end)) nulls not distinct;
create index indemnity_line_person on indemnity_line (professional);
create index indemnity_line_order on indemnity_line (start_time);

-- What a line refers to is looked up once per statement instead of once per row and reference (a third of the time of
-- inserting a year). It stays true because none of it can be deleted.
alter table indemnity_line drop constraint indemnity_line_payee_fkey, drop constraint indemnity_line_rate_grid_fkey, drop constraint indemnity_line_envelope_fkey;
create function line_must_refer() returns trigger language plpgsql as $$
declare
  missing text;
begin
  select name into missing from (
    select payee as name from changed where payee is not null and not exists (select from payee where name = payee)
    union all
    select rate_grid from (select distinct rate_grid from changed where rate_grid is not null) g where not exists (select from rate_grid where name = g.rate_grid)
    union all
    select envelope from (select distinct envelope from changed where envelope is not null) e where not exists (select from envelope where name = e.envelope)) m limit 1;
  if missing is not null then
    raise exception 'a line refers to % which does not exist', missing using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger refers after insert on indemnity_line referencing new table as changed for each statement execute function line_must_refer();
create trigger refers_still after update on indemnity_line referencing new table as changed for each statement execute function line_must_refer();
create trigger kept before delete or truncate on payee for each statement execute function refuse_change();
create trigger kept before delete or truncate on envelope for each statement execute function refuse_change();

-- The same for payments, inserted by hundreds of thousands; ReconcileLedger looks for payments and lines without a run.
alter table payment drop constraint payment_payee_fkey, drop constraint payment_run_id_fkey;
create function payment_must_refer() returns trigger language plpgsql as $$
declare
  missing text;
begin
  select c.payee into missing from changed c where not exists (select from payee p where p.name = c.payee) limit 1;
  if missing is not null then
    raise exception 'a payment refers to % which does not exist', missing using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger refers after insert on payment referencing new table as changed for each statement execute function payment_must_refer();

-- A line as it is now.
create view line_now as
select l.id, l.revision, l.live,
  case
    when e.subject is null then l.state
    when o.state is not null then o.state      -- 6 paid, 7 rejected
    when r.state = 3 then 5                    -- issued: its run is released
    else 4 end as state,
  l.session, l.session_date, l.start_time, l.pole, l.programme, l.fiscal_year, l.professional, l.rpps, l.profession_table, l.profession_code,
  l.organisation, l.component, l.by_video, l.present_minutes, l.kilometres, l.due_cents, l.amount_cents, l.reason, l.payee, l.rate_grid,
  l.envelope, e.poster as approver, p.id as payment, l.corrects, l.version, greatest(l.change_time, e.post_time) as change_time
from indemnity_line l
left join ledger_entry e on e.subject = l.id and e.kind = 1
left join payment_line t on t.line_id = l.id and not exists (select from payment_line later where later.line_id = t.line_id and later.attempt > t.attempt)
left join payment p on p.id = t.payment_id
left join payment_run r on r.id = p.run_id
left join payment_outcome o on o.payment_id = p.id;
comment on view line_now is 'append-only: read it, write indemnity_line and the facts';
