-- Erasure (DOMAIN §4, docs/privacy.md, ADR 0015): a case leaves through case_erase alone, which refuses what is not due
-- and cannot erase without registering it.

-- Whatever belongs to a case goes with it; duplicates go before the case that goes on, the access log has its own clock.
do $$
declare
  link record;
begin
  for link in
    select conrelid::regclass as of_table, conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where contype = 'f' and confdeltype = 'a'
      and confrelid in (select attrelid from pg_attribute where attname = 'case_id' union select 'cases'::regclass)
      and conname not in ('cases_duplicate_of_fkey', 'access_log_case_id_fkey')
  loop
    execute format('alter table %s drop constraint %I, add constraint %I %s on delete cascade', link.of_table, link.name, link.name, link.definition);
  end loop;
end $$;
alter table access_log_before_chain drop constraint access_log_case_id_fkey;

-- Cascades pass by the grants of append-only tables: deleting a case is for the owner, that is for case_erase.
create function owner_only() returns trigger language plpgsql as $$
begin
  if current_user <> (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
    raise insufficient_privilege using message = format('%s on %s goes through its function', lower(tg_op), tg_table_name);
  end if;
  return coalesce(new, old);
end $$;
create trigger cases_erased_only before delete on cases for each row execute function owner_only();

-- The register: what was erased when, why, by whom. Keyed hashes tell a case to whoever holds its code, and to nobody else.
create table erasure (
  no           bigint      generated always as identity primary key,
  case_id      uuid        not null unique,    -- leads nowhere any more; verify-erasures looks for what is left under it
  code_mac     bytea       not null unique check (length(code_mac) = 32),
  reason       text        not null check (reason in ('RetentionContact', 'RetentionEnded', 'PatientRequest', 'DepositedByMistake', 'Unlawful')),
  erase_time   timestamptz not null,
  record_time  timestamptz not null default clock_timestamp(),
  actor        text        not null,
  policy       text        not null check (length(policy) <= 120),
  run          uuid        not null,
  destroyed    jsonb       not null,           -- rows per table
  attestations int         not null);
comment on table erasure is 'append-only: the register of erasures, written by case_erase alone';
create trigger erasure_by_function before insert on erasure for each row execute function owner_only();

-- The patient's answers about an erased case (proof), under a keyed hash of code and requester. Neither people and topics
-- excluded nor the wish to take part: they tell of the patient, and prove nothing.
create table consent_attestation (
  holder_mac            bytea       not null check (length(holder_mac) = 32),
  no                    int         not null,
  status                text        not null,
  form                  text,
  giver                 text,
  notice_version        text,
  notice_handed_time    timestamptz,
  withdrawal_right_told boolean     not null,
  reason                text,
  categories_informed   text[],
  evidence_location     text,
  patient_situation     text,
  own_opinion           text,
  accompanying_adult    text,
  answer_time           timestamptz not null,
  record_time           timestamptz not null,
  recorder              text        not null,
  keep_until            date        not null,
  primary key (holder_mac, no));
comment on table consent_attestation is 'append-only: proof of the patient''s answers after erasure; attestation_drop alone deletes';
create index consent_attestation_until on consent_attestation (keep_until);
create trigger consent_attestation_by_function before insert on consent_attestation for each row execute function owner_only();

-- What the indicators count of erased cases: neither code nor row, one number per quarter, pôle and cell.
create table erased_count (
  indicator text   not null check (length(indicator) <= 60),
  pole      text   not null,                   -- empty: triage never settled it
  quarter   date   not null check (extract(day from quarter) = 1 and extract(month from quarter) in (1, 4, 7, 10)),
  code      text   not null check (length(code) <= 60),
  number    bigint not null check (number > 0),
  primary key (indicator, quarter, pole, code));

-- For those who follow a case (WatchCases): that it was erased, and who may be told. For a month.
create table erasure_notice (
  case_id                 uuid        primary key,
  code                    text        not null,
  state                   text        not null,   -- as it was
  pole                    text,
  candidate_poles         text[]      not null,
  submitting_organisation text,
  requester               text        not null,
  erase_time              timestamptz not null);
create index erasure_notice_time on erasure_notice (erase_time);

-- What time it can be at most. In Development the clock is the caller's: there the migrate step, which runs as the owner,
-- lets it run ahead (Retention/RetentionClock.cs).
create function retention_clock() returns timestamptz language sql volatile as 'select clock_timestamp()';

-- The last contact: whatever people did with the case; that its consent ran out by itself is none.
create function case_last_contact(which uuid) returns timestamptz language sql stable set search_path = pg_catalog, public as
  'select max(change_time) from case_history where case_id = which and action <> ''ExpireConsents''';

-- Spoken of and not done with, or about to be.
create function case_is_open(which uuid) returns boolean language sql stable set search_path = pg_catalog, public as $$
  select exists (select from cases where id = which and state in ('Scheduled', 'Discussed', 'Decided', 'ReportedBack', 'InFollowUp'))
      or exists (select from agenda_item where case_id = which and status = 'SCHEDULED')
$$;

-- Whether the least that any configuration must keep has passed (Retention/RetentionPolicy.cs has the same limits).
create function case_is_due(which uuid, why text, as_of timestamptz) returns boolean
language sql stable set search_path = pg_catalog, public as $$
  select case
    when why = 'RetentionContact' then case_last_contact(which) <= as_of - interval '12 months'
    when why = 'RetentionEnded' then state in ('Inadmissible', 'Redirected', 'Duplicate', 'ConsentRefused', 'Abandoned')
      and not exists (select from intervision where case_id = which) and state_time <= as_of - interval '1 month'
    else state in ('Closed', 'ConsentWithdrawn', 'Inadmissible', 'Redirected', 'Duplicate', 'ConsentRefused', 'Abandoned')
  end
  from cases where id = which
$$;

create function case_erase(
  which uuid, code_mac bytea, holder_mac bytea, why text, as_of timestamptz, by_whom text, policy text, run uuid, keep_until date)
returns bigint language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  part      regclass;
  rows      bigint;
  destroyed jsonb := '{}';
  kept      int;
  register  bigint;
begin
  perform from cases where id = which for update;
  if not found then
    raise exception 'there is no such case';
  elsif as_of > retention_clock() + interval '5 minutes' then
    raise exception 'nothing is erased ahead of time';
  elsif case_is_open(which) then
    raise exception 'an open case is not erased';
  elsif not case_is_due(which, why, as_of) then
    raise exception 'this case is not due';
  elsif keep_until < (case_last_contact(which) + interval '12 months')::date then
    raise exception 'the attestation is kept for a year at least';
  end if;

  insert into consent_attestation (
    holder_mac, no, status, form, giver, notice_version, notice_handed_time, withdrawal_right_told, reason, categories_informed,
    evidence_location, patient_situation, own_opinion, accompanying_adult, answer_time, record_time, recorder, keep_until)
  select case_erase.holder_mac, no, status, form, giver, notice_version, notice_handed_time, withdrawal_right_told, reason, categories_informed,
    evidence_location, patient_situation, own_opinion, accompanying_adult, answer_time, record_time, recorder, case_erase.keep_until
  from consent_record where case_id = which and status <> 'NotCollected';
  get diagnostics kept = row_count;
  for part in
    select a.attrelid::regclass from pg_attribute a join pg_class t on t.oid = a.attrelid
    where a.attname = 'case_id' and t.relkind = 'r' and t.relnamespace = 'public'::regnamespace
      and t.relname not in ('access_log_before_chain', 'erasure', 'erasure_notice')
    order by t.relname
  loop
    execute format('select count(*) from %s where case_id = $1', part) into rows using which;
    destroyed := case when rows > 0 then destroyed || jsonb_build_object(part::text, rows) else destroyed end;
  end loop;
  insert into erasure_notice (case_id, code, state, pole, candidate_poles, submitting_organisation, requester, erase_time)
  select id, code, state, pole, candidate_poles, submitting_organisation, requester, as_of from cases where id = which;
  delete from cases where id = which;
  insert into erasure (case_id, code_mac, reason, erase_time, actor, policy, run, destroyed, attestations)
  values (which, case_erase.code_mac, why, as_of, by_whom, case_erase.policy, case_erase.run, destroyed || '{"cases": 1}', kept)
  returning no into register;
  return register;
end $$;

-- Attestations whose time has passed.
create function attestation_drop(as_of timestamptz) returns bigint
language sql security definer set search_path = pg_catalog, public as $$
  with gone as (
    delete from consent_attestation
    where keep_until < (least(as_of, retention_clock() + interval '5 minutes') at time zone 'Europe/Paris')::date returning 1)
  select count(*) from gone
$$;

-- As before (0022), and the readings noted before there was a chain.
create or replace function access_log_drop(before date) returns bigint
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  dropped bigint;
  unchained bigint;
begin
  if before > now() - interval '6 months' then
    raise exception 'the last six months are kept';
  end if;
  update access_segment set drop_time = clock_timestamp() where segment < before and drop_time is null;
  delete from access_log where segment < before;
  get diagnostics dropped = row_count;
  delete from access_log_before_chain where record_time < before;
  get diagnostics unchained = row_count;
  return dropped + unchained;
end $$;
