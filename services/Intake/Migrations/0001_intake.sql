-- Cases, consents, sheets, decisions, and this service's projection of Membership (DESIGN §4).

-- The directory, as Membership's events tell it. No foreign keys between its tables: events come in any order.

create table programme (
  name                         text    primary key,
  attending_physician_required boolean not null);

create table pole (
  name      text    primary key,
  programme text    not null,
  active    boolean not null);

create table pole_commune (
  insee_code text not null check (length(insee_code) = 5),
  pole       text not null references pole,
  primary key (insee_code, pole));
create index pole_commune_pole on pole_commune (pole);

create table organisation (
  name text primary key,
  kind text not null);

create table cpts_commune (
  organisation text not null references organisation,
  insee_code   text not null check (length(insee_code) = 5),
  primary key (organisation, insee_code));

create table professional (
  name text primary key,
  rpps text check (length(rpps) = 11));
create index professional_rpps on professional (rpps);

create table professional_activity (
  professional     text not null references professional,
  position         int  not null,
  profession_table text not null,
  profession_code  text not null,
  from_date        date,
  until_date       date,                       -- exclusive
  primary key (professional, position));

create table commune (
  insee_code  text primary key check (length(insee_code) = 5),
  departement text not null);
create index commune_departement on commune (departement);

-- Lists of codes; the one put last is in force.
create table reference_list (
  list     text        not null check (list in ('motive', 'product', 'context', 'age_band', 'channel')),
  version  text        not null check (length(version) between 1 and 32),
  codes    text[]      not null check (cardinality(codes) between 1 and 200),
  put_time timestamptz not null,
  put_no   bigint      not null generated always as identity,
  primary key (list, version));
insert into reference_list (list, version, codes, put_time)
values ('channel', '2026', '{ASSOCIATION,REFERENT_POLE,CPTS,EMAIL,SESSION}', '2026-01-01T00:00:00Z');

create table cases (
  id                      uuid        primary key,
  code                    text        not null unique check (code ~ '^SIT-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
  version                 bigint      not null check (version > 0),
  state                   text        not null check (state in (
    'Draft', 'Submitted', 'InTriage', 'AwaitingConsent', 'InPreparation', 'Ready', 'Scheduled', 'Discussed', 'Decided',
    'ReportedBack', 'InFollowUp', 'Closed', 'ConsentWithdrawn', 'Inadmissible', 'Redirected', 'Duplicate', 'ConsentRefused', 'Abandoned')),
  consent                 text        not null check (consent in (
    'NotCollected', 'Informed', 'Granted', 'Refused', 'Deferred', 'Withdrawn', 'Expired')),
  programme               text        not null,
  pole                    text,
  candidate_poles         text[]      not null,
  submitter               text        not null,  -- submitting organisation or caller: the first part of the intake key
  submitting_organisation text,
  channel                 text        not null,
  external_id             text        not null check (length(external_id) between 1 and 64),
  payload_mac             bytea       not null check (length(payload_mac) = 32),
  requester               text        not null,
  motives                 text[]      not null check (cardinality(motives) between 1 and 5),
  age_band                text        not null,
  sex                     text        not null check (sex in ('', 'M', 'F')),
  contexts                text[]      not null,
  products                text[]      not null,
  urgent                  boolean     not null,
  attending_physician     text,
  physician_absence       text        not null check (physician_absence in ('Unspecified', 'NoAttendingPhysician', 'PatientRefuses', 'Unreachable')),
  actors                  text[]      not null check (cardinality(actors) <= 20),
  availabilities          text[]      not null check (cardinality(availabilities) <= 30),   -- 2026-10-02/Noon
  submit_time             timestamptz not null,
  update_time             timestamptz not null,
  accept_time             timestamptz,
  sheet_author            text,
  sheet_author_rpps       text,
  sheet_approver          text,
  sheet_lock_time         timestamptz,
  discussed_session       text,
  discuss_time            timestamptz,
  unique (submitter, channel, external_id),
  -- DOMAIN §5 C1: from the writing of the sheet to the discussion, the patient agrees.
  check (state not in ('InPreparation', 'Ready', 'Scheduled', 'Discussed') or consent = 'Granted'),
  check (state in ('Draft', 'Submitted', 'InTriage', 'ConsentWithdrawn', 'Inadmissible', 'Redirected', 'Duplicate', 'ConsentRefused', 'Abandoned')
    or pole is not null),
  -- Four eyes.
  check (sheet_approver is null or sheet_approver <> sheet_author));
create index cases_age on cases (submit_time, id);
create index cases_pole on cases (pole, submit_time, id);
create index cases_requester on cases (requester);

create table case_history (
  case_id     uuid        not null references cases,
  version     bigint      not null,
  action      text        not null check (length(action) <= 40),
  actor       text        not null,
  from_state  text,
  to_state    text        not null,
  consent     text        not null,
  change_time timestamptz not null,
  record_time timestamptz not null default clock_timestamp(),
  primary key (case_id, version));
comment on table case_history is 'append-only: what happened to a case, codes only';

create table consent_record (
  case_id               uuid        not null references cases,
  no                    int         not null check (no > 0),
  status                text        not null,
  form                  text        check (form in ('Oral', 'Written', 'Electronic')),
  giver                 text        check (giver in ('Patient', 'LegalRepresentative', 'Both')),
  notice_version        text        check (length(notice_version) between 1 and 32),
  withdrawal_right_told boolean     not null,
  reason                text        check (reason in ('URGENCE', 'IMPOSSIBILITE')),
  answer_time           timestamptz not null,  -- when the patient answered
  record_time           timestamptz not null,
  recorder              text        not null,
  primary key (case_id, no));
comment on table consent_record is 'append-only: a new answer is a new record (DOMAIN §4)';

create table discussion (
  case_id     uuid        not null references cases,
  no          int         not null check (no > 0),
  session     text        not null,
  instant     timestamptz not null,
  allowed     boolean     not null,
  reason      text        not null,
  record_time timestamptz not null,
  asker       text        not null,
  primary key (case_id, no));
comment on table discussion is 'append-only: every time the consent was asked at the table (DESIGN §7.12)';

-- Where Scheduling says the case stands; streams of sessions come in no order between them.
create table agenda_item (
  case_id     uuid        not null references cases,
  session     text        not null,
  status      text        not null check (status in ('SCHEDULED', 'UNSCHEDULED', 'DISCUSSED')),
  change_time timestamptz not null,
  primary key (case_id, session));

create table decision (
  case_id                  uuid not null references cases,
  session                  text not null,
  position                 int  not null check (position between 1 and 20),
  orientation              text not null,
  responsible              text not null,
  due_date                 date not null,
  patient_agreement_sought boolean not null,
  primary key (case_id, session, position));
comment on table decision is 'append-only: what the table decided; the wording is in clinical_text';

create table restitution (
  case_id           uuid        not null references cases,
  no                int         not null check (no > 0),
  done              boolean     not null,
  impossible_reason text        check (impossible_reason in ('PERDU_DE_VUE', 'REFUS', 'DECES', 'AUTRE')),
  restitution_date  date        not null,
  recorder          text        not null,
  record_time       timestamptz not null,
  primary key (case_id, no),
  check (done = (impossible_reason is null)));
comment on table restitution is 'append-only: the report back to the patient';

-- Clinical text: AES-256-GCM under the key of its case (Encryption/Vault.cs). A null key: erased for ever.
create table case_key (
  case_id      uuid primary key references cases,
  wrapped_key  bytea check (length(wrapped_key) = 60),
  destroy_time timestamptz,
  check ((wrapped_key is null) = (destroy_time is not null)));

create table clinical_text (
  case_id    uuid  not null references cases,
  field      text  not null check (length(field) <= 120),
  ciphertext bytea not null check (length(ciphertext) between 28 and 32768),
  primary key (case_id, field));

create table access_log (
  id          bigint      generated always as identity primary key,
  access_time timestamptz not null,
  record_time timestamptz not null default clock_timestamp(),
  actor       text        not null,
  roles       text[]      not null,
  case_id     uuid        not null references cases,
  action      text        not null,
  purpose     text        not null,
  outcome     text        not null);
comment on table access_log is 'append-only: who read which clinical text, and why';
create index access_log_case on access_log (case_id);
