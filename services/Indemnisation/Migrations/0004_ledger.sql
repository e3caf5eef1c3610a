-- Double entry, integer cents. Entries are never changed: the application login cannot, and the triggers refuse the
-- owner too. Corrections are counter-entries.

create table ledger_entry (
  id         uuid        primary key,          -- of the line or payment it books: nothing is booked twice
  kind       text        not null check (kind in ('LINE_APPROVED', 'PAYMENT_ISSUED')),
  entry_date date        not null,
  post_time  timestamptz not null,
  poster     text        not null);
comment on table ledger_entry is 'append-only: accounting entries';

create table ledger_posting (
  entry_id     uuid   not null references ledger_entry,
  position     int    not null check (position > 0),
  account      text   not null check (account in ('6226', '6251', '467', '512')),   -- plan comptable général
  key          text   not null default '',     -- the payee, on 467
  debit_cents  bigint not null check (debit_cents >= 0),
  credit_cents bigint not null check (credit_cents >= 0),
  primary key (entry_id, position),
  check ((debit_cents = 0) <> (credit_cents = 0)),
  check ((account = '467') = (key <> '')));
comment on table ledger_posting is 'append-only: accounting entries';
create index ledger_posting_account on ledger_posting (account, key);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on ledger_entry for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on ledger_posting for each statement execute function refuse_change();

create function entry_must_balance() returns trigger language plpgsql as $$
declare
  entry uuid;
  debits numeric;
  credits numeric;
begin
  if tg_table_name = 'ledger_entry' then entry := new.id; else entry := new.entry_id; end if;
  select coalesce(sum(debit_cents), 0), coalesce(sum(credit_cents), 0) into debits, credits from ledger_posting where entry_id = entry;
  if debits = 0 or debits <> credits then
    raise exception 'entry % does not balance: % debited, % credited', entry, debits, credits using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger balanced after insert on ledger_entry deferrable initially deferred for each row execute function entry_must_balance();
create constraint trigger balanced after insert on ledger_posting deferrable initially deferred for each row execute function entry_must_balance();
