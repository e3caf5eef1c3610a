-- The day itself: which item is being spoken of, whether its patient wishes to be there, and who came for the patient.
alter table agenda_item
  add column start_time       timestamptz check (discuss_time >= start_time),
  add column patient_expected boolean not null default false;    -- Intake's last answer at the table
-- The table speaks of one situation at a time.
create unique index agenda_item_one_running on agenda_item (session_id) where state = 'OPEN' and start_time is not null;

-- By function and never by name: nothing here says who the patient is, so nothing is left to erase with the case.
create table patient_presence (
  session_id uuid        not null,
  position   int         not null,
  function   text        not null check (function in ('PATIENT', 'TRUSTED_PERSON', 'LEGAL_GUARDIAN')),
  in_time    timestamptz not null,
  out_time   timestamptz check (out_time > in_time),               -- null: until the end of the item
  primary key (session_id, position, function, in_time),
  foreign key (session_id, position) references agenda_item on delete cascade,
  constraint patient_presence_no_overlap exclude using gist (
    session_id with =, position with =, function with =, tstzrange(in_time, out_time) with &&));
