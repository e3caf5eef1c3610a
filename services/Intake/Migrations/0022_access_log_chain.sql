-- Who read which clinical text: one hash chain per shard, cut into months (DESIGN §7.11). Every row's hash covers the one
-- before, a month opens with the last hash of the month before, and the head of each shard stands apart, so that a
-- changed, missing or moved row shows (AccessLog/ChainVerifier.cs says how to check it without this service).

alter table access_log rename to access_log_before_chain;
comment on table access_log_before_chain is 'append-only: readings noted before there was a chain; not verifiable';

-- The row that every reading of a shard takes the lock of.
create table access_shard (
  shard   int    primary key check (shard between 0 and 7),
  segment date   not null,
  no      bigint not null check (no >= 0),
  hash    bytea  not null check (length(hash) = 32));
insert into access_shard (shard, segment, no, hash)
select n, '1970-01-01', 0, sha256(convert_to('intervision access log, shard ' || n, 'UTF8')) from generate_series(0, 7) as n;

create table access_segment (
  shard     int    not null references access_shard,
  segment   date   not null check (extract(day from segment) = 1),
  first_no  bigint not null check (first_no > 0),
  opening   bytea  not null check (length(opening) = 32),
  drop_time timestamptz,
  primary key (shard, segment));
comment on table access_segment is 'append-only: how each month of a shard opens; access_log_drop alone notes that one was dropped';

create table access_log (
  shard       int         not null,
  segment     date        not null,
  no          bigint      not null check (no > 0),
  access_time timestamptz not null,
  actor       text        not null,
  roles       text[]      not null,
  acting_as   text        not null,   -- what tied the reader to the case; empty when nothing did
  case_code   text        not null,   -- no foreign key: the log outlives the case
  action      text        not null,
  purpose     text        not null,
  outcome     text        not null,
  hash        bytea       not null check (length(hash) = 32),
  primary key (shard, no),
  foreign key (shard, segment) references access_segment);
comment on table access_log is 'append-only: who read which clinical text, and why; months are dropped whole';
create index access_log_of_case on access_log (case_code, no);

-- The service's login owns nothing, so it drops months through this (retention: 12 months, DOMAIN §4).
create function access_log_drop(before date) returns bigint
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  dropped bigint;
begin
  if before > now() - interval '6 months' then
    raise exception 'the last six months are kept';
  end if;
  update access_segment set drop_time = clock_timestamp() where segment < before and drop_time is null;
  delete from access_log where segment < before;
  get diagnostics dropped = row_count;
  return dropped;
end $$;
