-- Files of the bank, by their hash, and what each said of our payments. The bytes are not kept: they name other people's
-- movements and accounts, and the bank has them (ADR 0031).

create table bank_file (
  id          uuid        primary key,
  sha256      text        not null unique check (sha256 ~ '^[0-9a-f]{64}$'),   -- the same file is never read twice
  kind        text        not null check (length(kind) between 1 and 35),
  importer    text        not null,
  import_time timestamptz not null);
comment on table bank_file is 'append-only: who read which file of the bank, and when';

create table bank_line (
  bank_file     uuid   not null references bank_file,
  rank          int    not null check (rank > 0),
  position      int    not null check (position > 0),      -- of the statement in the file
  file_line     int    not null check (file_line > 0),
  end_to_end_id text   not null check (length(end_to_end_id) <= 35),
  payment       uuid   references payment,
  outcome       int    not null check (outcome between 1 and 6),   -- BankLine.Outcome
  status        text   not null check (status ~ '^[A-Z0-9]{1,4}$'),
  reason        text   not null check (reason ~ '^[A-Z0-9]{0,4}$'),
  cents         bigint not null check (cents >= 0),        -- of the payment; 0 when none of ours
  primary key (bank_file, rank),
  check (payment is not null or outcome in (2, 5)));
comment on table bank_line is 'append-only: what the bank said';
create index bank_line_payment on bank_line (payment, bank_file) where payment is not null;

-- What the bank told of a payment is a fact each: one that was paid may come back. Its outcome is the last of them, and a
-- rejection or return is the last whenever it is heard.
alter table payment_outcome rename to payment_told;
alter table payment_told drop constraint payment_outcome_pkey, add primary key (payment_id, state);
alter table payment_told
  add column returned  boolean not null default false check (not returned or state = 7),   -- it had been executed
  add column bank_file uuid    references bank_file;
create view payment_outcome as
select t.payment_id, t.state, t.reason, t.returned, t.outcome_time from payment_told t
where t.state = 7 or not exists (select from payment_told back where back.payment_id = t.payment_id and back.state = 7);
comment on view payment_outcome is 'append-only: read it, write payment_told';

-- As in 0010, on the outcome that counts.
create or replace view line_now as
select l.id, l.revision, l.live,
  case
    when e.subject is null then l.state
    when o.state is not null then o.state      -- 6 paid, 7 rejected
    when r.state = 3 then 5                    -- issued: its run is released
    else 4 end as state,
  l.session, l.session_date, l.start_time, l.pole, l.programme, l.fiscal_year, l.professional, l.rpps, l.profession_table, l.profession_code,
  l.organisation, l.component, l.by_video, l.present_minutes, l.kilometres, l.due_cents, l.amount_cents, l.reason, l.payee, l.rate_grid,
  l.envelope, e.poster as approver, p.id as payment, l.corrects, l.version, greatest(l.change_time, e.post_time, o.outcome_time) as change_time
from indemnity_line l
left join ledger_entry e on e.subject = l.id and e.kind = 1
left join payment_line t on t.line_id = l.id and not exists (select from payment_line later where later.line_id = t.line_id and later.attempt > t.attempt)
left join payment p on p.id = t.payment_id
left join payment_run r on r.id = p.run_id
left join payment_outcome o on o.payment_id = p.id;
