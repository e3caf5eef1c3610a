-- After certification the sheet stays as it is (S9): what was wrong is cancelled by a counter-entry and entered anew.
-- Presence at items is kept by their positions: no code of a case, so nothing here to erase with it.
create table attendance_correction (
  session_id   uuid        not null references session,
  professional text        not null check (length(professional) <= 128),
  revision     int         not null check (revision > 1),          -- 1 is the certified sheet
  reason       text        not null check (reason ~ '^[A-Z_]{1,40}$'),
  author       text        not null,
  needs_second boolean     not null,                               -- it touches the author's own indemnity (S8)
  correct_time timestamptz not null,
  primary key (session_id, professional, revision));
comment on table attendance_correction is 'append-only: corrections are proof of service fait, as the sheet is';

create table attendance_entry (
  session_id                uuid        not null,
  professional              text        not null,
  revision                  int         not null,
  sign                      int         not null check (sign in (-1, 1)),   -- -1 cancels what was there, 1 is there from now on
  role                      text        not null check (role in ('FACILITATOR', 'EXPERT', 'ATTENDING_PHYSICIAN', 'REQUESTER', 'ACTOR', 'OBSERVER')),
  profession_table          text        not null,
  profession_code           text        not null,
  capacity_mode             text        not null check (capacity_mode in ('S', 'L', 'B')),
  organisation              text        not null,
  mode                      text        not null check (mode in ('IN_PERSON', 'VIDEO')),
  in_time                   timestamptz not null,
  out_time                  timestamptz not null check (out_time > in_time),
  positions                 int[]       not null,
  kilometres                int         not null check (kilometres between 0 and 1000),
  no_other_funder_declared  boolean     not null,
  signature                 text        not null check (signature in ('PAPER', 'ELECTRONIC')),
  primary key (session_id, professional, revision, sign),
  foreign key (session_id, professional, revision) references attendance_correction,
  check (mode = 'IN_PERSON' or kilometres = 0));
comment on table attendance_entry is 'append-only: entries and counter-entries';

create table correction_signature (
  session_id   uuid        not null,
  professional text        not null,
  revision     int         not null,
  certifier    text        not null,
  refused      boolean     not null,
  sign_time    timestamptz not null,
  primary key (session_id, professional, revision, certifier, refused),   -- who signed may take it back
  foreign key (session_id, professional, revision) references attendance_correction);
comment on table correction_signature is 'append-only: signatures are proof of service fait';

-- A sheet that is not certified is changed, not corrected.
create function correct_certified_sheet() returns trigger language plpgsql as $$
begin
  if not exists (select from session where id = new.session_id and state in ('ATTENDANCE_CERTIFIED', 'SETTLED')) then
    raise exception 'the attendance sheet is not certified yet' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger correct_certified_sheet before insert on attendance_correction for each row execute function correct_certified_sheet();
