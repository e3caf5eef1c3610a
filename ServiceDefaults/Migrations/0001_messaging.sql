-- Outbox, inbox and idempotency of every service (MESSAGING §D3, DESIGN §7.1–7.9).

create table stream_head (                     -- last stream number per aggregate; its row lock orders appenders
  aggregate_id uuid   primary key,
  last_no      bigint not null check (last_no > 0)) with (fillfactor = 80);

create table outbox (                          -- steady state: empty
  seq          bigint generated always as identity primary key,   -- CACHE 1: never raise it
  part         smallint    not null check (part between 0 and 15),
  aggregate_id uuid        not null,
  stream_no    bigint      not null check (stream_no > 0),        -- contiguous per aggregate
  event_id     uuid        not null,
  event_type   text        not null check (length(event_type) < 128),
  subject      text        not null check (length(subject) < 128),
  payload      bytea       not null check (length(payload) < 262144),
  traceparent  text        check (length(traceparent) < 64),
  occur_time   timestamptz not null,           -- the event's own time (may be an overridden clock)
  append_time  timestamptz not null default clock_timestamp(),    -- the real clock: outbox age
  not_before   timestamptz,
  attempts     smallint    not null default 0,
  unique (aggregate_id, stream_no));
create index outbox_part_seq on outbox (part, seq);
-- Rows come and go: dead ones must not wait for a share of a table that is empty most of the time.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

create table outbox_parked (                   -- refused by the broker again and again; waits to be re-driven
  seq          bigint      primary key,
  part         smallint    not null,
  aggregate_id uuid        not null,
  stream_no    bigint      not null,
  event_id     uuid        not null,
  event_type   text        not null,
  subject      text        not null,
  payload      bytea       not null,
  traceparent  text,
  occur_time   timestamptz not null,
  append_time  timestamptz not null,
  park_time    timestamptz not null default clock_timestamp(),
  reason       text        not null);

-- What was published: read by replay, watches and history in the order (xid, seq) below pg_snapshot_xmin, which no slow
-- transaction can insert into afterwards (DESIGN §7.6). Months are dropped whole, never deleted from.
create table published_event (
  publish_time timestamptz not null default now(),
  xid          xid8        not null default pg_current_xact_id(),
  seq          bigint      not null,
  aggregate_id uuid        not null,
  stream_no    bigint      not null,
  event_id     uuid        not null,
  event_type   text        not null,
  subject      text        not null,
  payload      bytea       not null,
  traceparent  text,
  occur_time   timestamptz not null,
  append_time  timestamptz not null)
partition by range (publish_time);
comment on table published_event is 'append-only: what this service has said';
create index published_event_order on published_event (xid, seq);

-- The service's login owns nothing, so it makes and drops months through these two.
create function published_event_prepare(ahead integer) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  first date;
  name  text;
begin
  for i in 0 .. ahead loop
    first := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => i))::date;
    name := 'published_event_' || to_char(first, 'YYYY_MM');
    if to_regclass('public.' || name) is null then
      perform pg_advisory_xact_lock(hashtext('published_event_prepare'));
      if to_regclass('public.' || name) is null then
        execute format('create table public.%I partition of public.published_event for values from (%L) to (%L)',
          name, first || ' 00:00:00+00', (first + interval '1 month')::date || ' 00:00:00+00');
        execute format('comment on table public.%I is %L', name, 'append-only: a month of published_event');
      end if;
    end if;
  end loop;
end $$;

create function published_event_drop(keep_months integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  old     text;
  dropped integer := 0;
begin
  if keep_months < 1 then
    raise exception 'at least one month is kept';
  end if;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.published_event'::regclass
      and c.relname < 'published_event_' || to_char((now() at time zone 'UTC') - make_interval(months => keep_months), 'YYYY_MM')
  loop
    execute format('drop table public.%I', old);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
select published_event_prepare(3);

create table inbox_watermark (
  consumer     text   not null,
  aggregate_id uuid   not null,
  last_no      bigint not null check (last_no >= 0),
  primary key (consumer, aggregate_id)) with (fillfactor = 80);

create table inbox_parked (
  consumer     text        not null,
  aggregate_id uuid        not null,
  stream_no    bigint      not null check (stream_no > 0),
  event_id     uuid        not null,
  event_type   text        not null,
  subject      text        not null,
  payload      bytea       not null,
  traceparent  text,
  occur_time   timestamptz not null,
  park_time    timestamptz not null default clock_timestamp(),
  poison       boolean     not null default false,   -- failed by itself; the others wait for a predecessor
  reason       text        not null,
  primary key (consumer, aggregate_id, stream_no));

create table request_log (
  caller       text        not null,
  request_id   uuid        not null,
  method       text        not null,
  payload_hash bytea       not null check (length(payload_hash) = 32),
  response     bytea,                          -- null only inside the transaction that is about to fill it
  create_time  timestamptz not null default clock_timestamp(),
  primary key (caller, request_id));
create index request_log_age on request_log (create_time);

create table service_secret (                  -- keys that replicas share and restarts keep
  name  text  primary key,
  value bytea not null);
comment on table service_secret is 'append-only: keys are made once by the migrator';
