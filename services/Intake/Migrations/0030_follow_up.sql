-- What follows a discussion: the follow-up sheet, its reviews at three and six months, and the end of the case.

-- A case may be spoken of at several tables (DOMAIN §5 C3): rank 1 is the first.
create table intervision (
  case_id      uuid        not null references cases,
  rank         int         not null check (rank > 0),
  session      text        not null,
  discuss_time timestamptz not null,
  primary key (case_id, rank),
  unique (case_id, session));
comment on table intervision is 'append-only: each table that spoke of a case';
insert into intervision (case_id, rank, session, discuss_time)
select id, 1, discussed_session, discuss_time from cases where discussed_session is not null and discuss_time is not null;
create index intervision_time on intervision (discuss_time);

create table follow_up (
  case_id           uuid        not null,
  rank              int         not null,
  three_months_date date        not null,
  six_months_date   date        not null check (six_months_date > three_months_date),
  opener            text        not null,
  open_time         timestamptz not null,
  primary key (case_id, rank),
  foreign key (case_id, rank) references intervision);
comment on table follow_up is 'append-only: follow-up sheets, with the days their reviews are due';

create table outcome_review (
  case_id                uuid        not null,
  rank                   int         not null,
  no                     int         not null check (no > 0),   -- across both reviews, in the order of recording
  review                 text        not null check (review in ('ThreeMonths', 'SixMonths')),
  outcome                text        not null check (outcome in ('Improved', 'Stable', 'Worse', 'LostToFollowUp', 'Deceased', 'NotApplicable')),
  new_intervision_wanted boolean     not null check (not new_intervision_wanted or outcome <> 'Deceased'),
  recorder               text        not null,
  record_time            timestamptz not null,
  primary key (case_id, rank, no),
  foreign key (case_id, rank) references follow_up);
comment on table outcome_review is 'append-only: a corrected answer is another row, the last of a review counts';

create table decision_progress (
  case_id   uuid not null,
  rank      int  not null,
  no        int  not null,
  session   text not null,
  position  int  not null,
  done_date date,                              -- null: not carried out
  primary key (case_id, rank, no, position),
  foreign key (case_id, rank, no) references outcome_review,
  foreign key (case_id, session, position) references decision);
comment on table decision_progress is 'append-only: what a review said of each decision';

-- Closing needs an outcome (DOMAIN §5 C7). cases_check3 is the list of end codes of 0010.
alter table cases drop constraint cases_check3;
alter table cases add constraint cases_end_code check (case state
  when 'Inadmissible' then coalesce(end_code, '') in
    ('HORS_PERIMETRE', 'PAS_DE_DIFFICULTE_PARTAGEE', 'INFORMATION_INSUFFISANTE', 'DEMANDE_ADMINISTRATIVE', 'AUTRE')
  when 'Redirected' then coalesce(end_code, '') in
    ('DAC', 'CMP', 'CSAPA', 'URGENCES', 'SERVICE_SOCIAL', 'PROTECTION_ENFANCE', 'AUTRE')
  when 'Abandoned' then coalesce(end_code, '') in
    ('DEMANDEUR_RENONCE', 'PATIENT_PERDU_DE_VUE', 'DECES', 'SANS_OBJET', 'AUTRE')
  when 'Closed' then coalesce(end_code, '') in
    ('AMELIOREE', 'STABLE', 'AGGRAVEE', 'PERDU_DE_VUE', 'DECEDE', 'SANS_OBJET')
  else end_code is null end);
