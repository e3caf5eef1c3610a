-- Outbox, inbox and idempotency of every service (MESSAGING §D3, DESIGN §7.1–7.9).

create table stream_head (                     -- last stream number per aggregate; its row lock orders appenders
  aggregate_id uuid   primary key,
  last_no      bigint not null check (last_no > 0));

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

create table inbox_watermark (
  consumer     text   not null,
  aggregate_id uuid   not null,
  last_no      bigint not null check (last_no >= 0),
  primary key (consumer, aggregate_id));

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
