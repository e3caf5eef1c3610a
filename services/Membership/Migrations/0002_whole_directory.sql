-- The whole directory: documents of programmes, memberships, conventions with a life, référents and experts with dates,
-- promotion work, and who changed what.
--
-- imported_hash is of the row as last imported: the same file again changes nothing, even after somebody edited the
-- resource by hand. Null: never imported.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

create table change (                          -- a row holds the state a change led to: what it came from is the row before
  change_id   bigint      generated always as identity primary key,
  resource    text        not null check (length(resource) between 1 and 200),
  change_time timestamptz not null,
  caller      text        not null check (length(caller) <= 500),
  method      text        not null check (length(method) <= 100),
  explanation text        not null check (length(explanation) <= 500),
  state       json        not null);
comment on table change is 'append-only: the history of the directory';
create index change_resource on change (resource, change_id);

create table programme_document (
  programme      text     not null references programme,
  kind           smallint not null check (kind between 1 and 2),
  version        text     not null check (version ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  title          text     not null check (length(title) between 1 and 200),
  sha256         bytea    not null check (length(sha256) = 32),
  uri            text     not null check (uri = '' or (uri like 'https://%' and length(uri) <= 500)),
  effective_date date     not null,
  primary key (programme, kind, version));
comment on table programme_document is 'append-only: published versions never change';
comment on column programme_document.kind is 'number of membership.v1.ProgrammeDocument.Kind: 1 charte, 2 protocole d''utilisation';

alter table commune rename column content_hash to imported_hash;

alter table organisation rename column content_hash to imported_hash;
alter table organisation
  alter column imported_hash drop not null,
  add column legal_frame              text     not null default '' check (length(legal_frame) <= 2000),
  add column operation                text     not null default '' check (length(operation) <= 2000),
  add column missions                 text     not null default '' check (length(missions) <= 2000),
  add column identifier_source        smallint not null default 0 check (identifier_source between 0 and 3),
  add column identifier_verified_date date;

create table programme_membership (
  organisation      text not null references organisation,
  programme         text not null references programme,
  from_date         date not null,
  until_date        date check (until_date > from_date),                  -- first day after, exclusive
  presented_date    date,
  presented_session text check (length(presented_session) <= 100),
  primary key (organisation, programme, from_date),
  constraint presented check ((presented_date is null) = (presented_session is null)),
  constraint membership_no_overlap exclude using gist (
    organisation with =, programme with =, daterange(from_date, until_date, '[)') with &&));
create index programme_membership_programme on programme_membership (programme, organisation);

alter table convention
  drop constraint convention_no_overlap,
  drop constraint convention_organisation_signed_date_key,
  alter column signed_date drop not null,
  drop constraint convention_check;            -- end_date >= signed_date: a renewal is signed before it starts
alter table convention
  add column start_date          date,
  add column state               smallint not null default 2 check (state in (1, 2, 4)),
  add column terminate_date      date,                                    -- last day in force, inclusive
  add column host_kinds          int[]    not null default '{}' check (host_kinds <@ '{1,2,3}'),
  add column host_details        text     not null default '' check (length(host_details) <= 500),
  add column association_kinds   int[]    not null default '{}' check (association_kinds <@ '{1,2,3}'),
  add column association_details text     not null default '' check (length(association_details) <= 500),
  add column document_sha256     bytea    check (length(document_sha256) = 32),
  add column renews              uuid,
  add column version             bigint   not null default 1 check (version > 0);
update convention set start_date = signed_date;
alter table convention
  alter column start_date set not null,
  -- Given up before it ever was in force: it has no next period, and renews nothing.
  add column next_start_date date generated always as (
    case when state <> 4 or terminate_date is not null then coalesce(terminate_date, end_date) + 1 end) stored,
  add column continues uuid generated always as (case when state <> 4 or terminate_date is not null then renews end) stored,
  add check (end_date >= start_date),
  add check (state = 1 or signed_date is not null or terminate_date is null),
  add check (state <> 2 or signed_date is not null),
  add check (terminate_date is null or (state = 4 and terminate_date between start_date and end_date)),
  add unique (convention_id, next_start_date),
  -- A renewal starts the day after the last day of what it renews, whatever ends it: no gap, no overlap.
  add constraint convention_no_gap foreign key (continues, start_date) references convention (convention_id, next_start_date),
  add constraint convention_no_overlap exclude using gist (
    organisation with =, daterange(start_date, coalesce(terminate_date, end_date), '[]') with &&)
    where (state = 2 or terminate_date is not null);
create unique index convention_one_renewal on convention (continues);
create index convention_organisation on convention (organisation, start_date);
comment on column convention.state is
  'number of membership.v1.Convention.State: 1 brouillon, 2 signée, 4 résiliée (without terminate_date: given up); échue is computed';

create table convention_notice (
  convention_id  uuid        not null references convention,
  end_date       date        not null,         -- a convention whose end was moved is announced anew
  threshold_days int         not null check (threshold_days in (90, 30, 0)), -- 0: it ended
  notice_time    timestamptz not null,
  primary key (convention_id, end_date, threshold_days));
comment on table convention_notice is 'append-only: what was said of the end of a convention';

alter table professional rename column content_hash to imported_hash;
alter table professional
  alter column imported_hash drop not null,
  add column search_name              text,
  add column identifier_source        smallint not null default 0 check (identifier_source between 0 and 3),
  add column identifier_verified_date date;
update professional set
  search_name = regexp_replace(lower(unaccent(family_name || ' ' || given_name)), '[^a-z0-9]+', ' ', 'g');
alter table professional alter column search_name set not null;
comment on column professional.search_name is 'family and given name without case, accents and punctuation';

create table expert_designation (
  professional_id text     not null references professional,
  basis           smallint not null check (basis between 0 and 3),
  from_date       date     not null,
  until_date      date     check (until_date > from_date),                -- first day after, exclusive
  primary key (professional_id, from_date),
  constraint expert_no_overlap exclude using gist (professional_id with =, daterange(from_date, until_date, '[)') with &&));
comment on column expert_designation.basis is
  'number of membership.v1.ExpertDesignation.Basis: 0 not said, 1 addictologue, 2 médecin du CSAPA, 3 médecin du CH';
insert into expert_designation (professional_id, basis, from_date)
select professional_id, 0, (update_time at time zone 'Europe/Paris')::date from professional where expert;
alter table professional drop column expert;

create table charter_acceptance (
  professional_id text not null references professional,
  programme       text not null references programme,
  version         text not null,
  accept_date     date not null,
  primary key (professional_id, programme, version));
comment on table charter_acceptance is 'append-only: who accepted which version of a charter';

-- An activity is known by what it is and its first day: no number that a re-import would change.
alter table activity drop column activity_id;
alter table activity add primary key (professional_id, organisation, profession_table, profession_code, mode, from_date);
drop index activity_professional;

alter table pole rename column content_hash to imported_hash;
alter table pole
  alter column imported_hash drop not null,
  alter column rhythm drop not null,
  alter column weekday drop not null,
  alter column start_time drop not null,
  alter column active_from_date drop not null,
  add column coordinator_kind smallint not null default 0 check (coordinator_kind between 0 and 2),
  add column carrier          text     references organisation,
  add check (state <> 2 or (rhythm is not null and (rhythm = 5 or (weekday is not null and start_time is not null))));
comment on column pole.referent is 'in office on the day this was last said';

create table pole_host (                       -- where it meets beside its usual host
  pole         text not null references pole,
  organisation text not null references organisation,
  primary key (pole, organisation));
create index pole_host_organisation on pole_host (organisation);
create index pole_host_usual on pole (host);

create table referent_term (
  term_id      uuid primary key,
  pole         text not null references pole,
  professional text not null references professional,
  from_date    date not null,
  until_date   date check (until_date > from_date),                       -- first day after, exclusive
  constraint referent_no_overlap exclude using gist (pole with =, daterange(from_date, until_date, '[)') with &&));
create index referent_term_professional on referent_term (professional);
insert into referent_term (term_id, pole, professional, from_date)
select gen_random_uuid(), code, referent, active_from_date from pole where referent is not null;

create table promotion (
  promotion_id   uuid        primary key,
  pole           text        not null references pole,
  professional   text        not null references professional,
  promotion_date date        not null,
  kind           smallint    not null check (kind between 1 and 4),
  contacts       int         not null check (contacts between 1 and 10000),
  note           text        not null check (length(note) <= 500),
  retracted      boolean     not null,
  version        bigint      not null check (version > 0),
  update_time    timestamptz not null);
create index promotion_pole on promotion (pole, promotion_date);

create table promotion_organisation (
  promotion_id uuid not null references promotion,
  organisation text not null references organisation,
  primary key (promotion_id, organisation));
comment on table promotion_organisation is 'append-only: structures met';
