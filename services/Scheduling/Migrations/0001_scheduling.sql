-- Seasons, sessions, agendas, attendance; and what Membership and Intake said that they need.
create extension if not exists btree_gist;

-- Directory: Membership's latest word. No foreign keys: nothing orders one aggregate's events before another's
-- (DESIGN §7.19).
create table programme (
  name                         text    primary key,
  maximum_cases                int     not null check (maximum_cases >= 0),
  minutes_per_case             int     not null check (minutes_per_case >= 0),
  closed_months                int[]   not null,
  preparatory_meeting_required boolean not null,
  expert_required              boolean not null,
  indemnified                  boolean not null);

create table pole (
  name             text primary key,
  display_name     text not null,
  programme        text not null,
  rhythm           text not null,
  weekday          int  not null check (weekday between 1 and 7),
  start_time       time not null,
  duration_minutes int  not null check (duration_minutes > 0),
  modality         text not null,
  referent         text not null,
  host             text not null,
  active_from_date date,
  state            text not null);

create table convention (
  name         text primary key,
  organisation text not null,
  signed_date  date,
  end_date     date,                           -- inclusive
  state        text not null);
create index convention_organisation on convention (organisation);

create table professional (
  name                  text    primary key,
  rpps                  text    not null,
  expert                boolean not null,
  charter_accepted_date date);
create index professional_rpps on professional (rpps) where rpps <> '';

create table activity (
  professional     text not null references professional on delete cascade,
  position         int  not null,
  profession_table text not null,
  profession_code  text not null,
  mode             text not null,              -- S, L, B (TRE_R23)
  organisation     text not null,
  from_date        date,
  until_date       date,                       -- exclusive
  primary key (professional, position));

-- Calendar, as given; the legal holidays are computed besides.
create table public_holiday (
  date         date primary key,
  display_name text not null check (length(display_name) between 1 and 100));

create table school_holiday (
  first_date   date primary key,
  return_date  date not null check (return_date > first_date),
  display_name text not null check (length(display_name) between 1 and 100),
  constraint school_holiday_no_overlap exclude using gist (daterange(first_date, return_date) with &&));

-- Intake's ready cases, with the people to invite. Kept while scheduled; waiting = on no open agenda.
create table ready_case (
  name                text        primary key check (length(name) < 64),
  programme           text        not null,
  pole                text        not null,
  requester           text        not null,
  attending_physician text        not null,
  actors              text[]      not null,
  availabilities      text[]      not null,    -- 2026-10-02/NOON
  submit_time         timestamptz not null,
  ready_time          timestamptz not null,
  urgent              boolean     not null,
  waiting             boolean     not null);
create index ready_case_queue on ready_case (pole, urgent desc, submit_time, name) where waiting;

create table session (
  id                   uuid        primary key,
  pole                 text        not null,
  programme            text        not null,
  state                text        not null check (state in ('PLANNED', 'PREPARED', 'CONVENED', 'OPEN', 'HELD', 'ATTENDANCE_CERTIFIED', 'SETTLED', 'CANCELLED')),
  date                 date        not null,   -- civil, Europe/Paris
  start_time           time        not null,
  duration_minutes     int         not null check (duration_minutes between 1 and 720),
  start_instant        timestamptz not null,
  end_instant          timestamptz not null check (end_instant > start_instant),
  modality             text        not null,
  host                 text        not null,
  facilitator          text        not null default '',
  expert               text        not null default '',
  expert_waiver_reason text        not null default '' check (length(expert_waiver_reason) <= 500),
  capacity             int         not null check (capacity between 0 and 50),
  sequence             int         not null default 0 check (sequence >= 0),
  warnings             text[]      not null default '{}',
  cancel_reason        text        not null default '' check ((state = 'CANCELLED') = (cancel_reason <> '')),
  freeze_time          timestamptz,
  preparatory_date     date        check (preparatory_date between date - 7 and date - 1),
  sheet_version        int         not null default 0,   -- raised by each change of the attendance sheet
  version              bigint      not null check (version > 0),
  change_time          timestamptz not null,
  unique (pole, date),
  check (facilitator <> '' or state in ('PLANNED', 'PREPARED', 'CANCELLED')));
create index session_start on session (start_instant, id);

-- No double booking of a room, a facilitator or an expert (S6), whatever the roles: one resource, one session at a time.
create table booking (
  session_id uuid      not null references session,
  resource   text      not null,               -- organisations/{identifier} or professionals/{id}
  during     tstzrange not null,
  primary key (session_id, resource),
  constraint booking_no_overlap exclude using gist (resource with =, during with &&));

create table agenda_item (
  session_id   uuid   not null references session,
  position     int    not null check (position > 0),
  case_name    text   not null,
  state        text   not null check (state in ('SCHEDULED', 'OPEN', 'DISCUSSED', 'REMOVED')),
  reason       text   not null default '' check ((state = 'REMOVED') = (reason <> '')),
  present      text[] not null default '{}',
  discuss_time timestamptz check ((state = 'DISCUSSED') = (discuss_time is not null)),
  primary key (session_id, position));
-- A case is on one open agenda only (C2).
create unique index agenda_item_one_open_agenda on agenda_item (case_name) where state in ('SCHEDULED', 'OPEN');
create index agenda_item_case on agenda_item (case_name);

create table invitation (
  session_id   uuid   not null references session,
  professional text   not null,
  role         text   not null check (role in ('FACILITATOR', 'EXPERT', 'ATTENDING_PHYSICIAN', 'REQUESTER', 'ACTOR', 'OBSERVER')),
  cases        text[] not null,
  primary key (session_id, professional));
create index invitation_professional on invitation (professional);

create table attendance_line (
  session_id                uuid        not null references session,
  professional              text        not null,
  role                      text        not null check (role in ('FACILITATOR', 'EXPERT', 'ATTENDING_PHYSICIAN', 'REQUESTER', 'ACTOR', 'OBSERVER')),
  profession_table          text        not null,
  profession_code           text        not null,
  capacity_mode             text        not null check (capacity_mode in ('S', 'L', 'B')),
  organisation              text        not null,
  mode                      text        not null check (mode in ('IN_PERSON', 'VIDEO')),
  in_time                   timestamptz not null,
  out_time                  timestamptz not null check (out_time > in_time),
  cases                     text[]      not null,
  kilometres                int         not null check (kilometres between 0 and 1000),
  no_other_funder_declared  boolean     not null,
  signature                 text        not null check (signature in ('PAPER', 'ELECTRONIC')),
  primary key (session_id, professional),
  check (mode = 'IN_PERSON' or kilometres = 0));

create table certification (
  session_id    uuid        not null references session,
  certifier     text        not null,
  sheet_version int         not null,          -- a signature holds for the sheet that was signed
  certify_time  timestamptz not null,
  primary key (session_id, certifier, sheet_version));
comment on table certification is 'append-only: signatures are proof of service fait';

-- After certification the sheet is proof (S9): only the codes of erased cases may still leave it (DESIGN §7.10).
create function keep_certified_sheet() returns trigger language plpgsql as $$
begin
  if exists (select from session where id = coalesce(new.session_id, old.session_id) and state in ('ATTENDANCE_CERTIFIED', 'SETTLED'))
     and (tg_op <> 'UPDATE' or to_jsonb(new) - 'cases' is distinct from to_jsonb(old) - 'cases') then
    raise exception 'the attendance sheet is certified: immutable (S9)' using errcode = 'check_violation';
  end if;
  return coalesce(new, old);
end $$;
create trigger keep_certified_sheet before insert or update or delete on attendance_line
  for each row execute function keep_certified_sheet();

create function keep_certified_state() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) not in (('ATTENDANCE_CERTIFIED', 'SETTLED'), ('ATTENDANCE_CERTIFIED', 'ATTENDANCE_CERTIFIED'), ('SETTLED', 'SETTLED')) then
    raise exception 'a certified session only goes on to SETTLED (S9)' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger keep_certified_state before update on session
  for each row when (old.state in ('ATTENDANCE_CERTIFIED', 'SETTLED')) execute function keep_certified_state();
