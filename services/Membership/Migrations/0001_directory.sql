-- The directory: programmes, communes, organisations and their conventions, professionals and their activities, pôles.
-- Every imported table carries: content_hash (of the row as imported, so that the same row again says nothing),
-- version (etag), update_time (the call's clock).

create extension if not exists btree_gist;

create table programme (
  code                         text        primary key check (code ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  display_name                 text        not null check (length(display_name) between 1 and 200),
  maximum_cases_per_session    int         not null check (maximum_cases_per_session between 1 and 50),
  minutes_per_case             int         not null check (minutes_per_case between 5 and 480),
  session_minutes              int         not null check (session_minutes between 15 and 480),
  open_to_members              boolean     not null,
  closed_months                int[]       not null check (closed_months <@ '{1,2,3,4,5,6,7,8,9,10,11,12}'),
  preparatory_meeting_required boolean     not null,
  new_partner_minutes          int         not null check (new_partner_minutes between 0 and 120),
  rhythms                      int[]       not null check (rhythms <@ '{1,2,3,4,5}' and cardinality(rhythms) > 0),
  indemnified                  boolean     not null,
  expert_required              boolean     not null,
  attending_physician_required boolean     not null,
  version                      bigint      not null check (version > 0),
  update_time                  timestamptz not null);
comment on column programme.rhythms is 'numbers of membership.v1.Rhythm';

create table commune (
  insee_code   text        primary key check (insee_code ~ '^([0-9]{2}|2[AB])[0-9]{3}$'),
  display_name text        not null check (length(display_name) between 1 and 200),
  departement  text        not null check (departement ~ '^([0-9]{2,3}|2[AB])$' and starts_with(insee_code, departement)),
  postal_codes text[]      not null,
  population   int         not null check (population >= 0),
  content_hash bytea       not null check (length(content_hash) = 32),
  version      bigint      not null check (version > 0),
  update_time  timestamptz not null);
create index commune_departement on commune (departement);
create index commune_postal_codes on commune using gin (postal_codes);

create table departement_said (                -- what the last CommunesChanged said
  departement text  primary key,
  codes_hash  bytea not null check (length(codes_hash) = 32));

create table organisation_kind (
  code         text primary key check (code ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  display_name text not null);
insert into organisation_kind (code, display_name) values
  ('ACT', 'Appartements de coordination thérapeutique'),
  ('ASSOCIATION', 'Association'),
  ('ASSOCIATION_MEDICO_SOCIALE', 'Association médico-sociale'),
  ('CAARUD', 'Centre d''accueil et d''accompagnement à la réduction des risques pour usagers de drogues'),
  ('CABINET', 'Cabinet'),
  ('CABINET_MEDICAL', 'Cabinet médical'),
  ('CENTRE_DE_SANTE', 'Centre de santé'),
  ('CH', 'Centre hospitalier'),
  ('CHRS', 'Centre d''hébergement et de réinsertion sociale'),
  ('CHRU', 'Centre hospitalier régional universitaire'),
  ('CLINIQUE', 'Clinique'),
  ('CMP', 'Centre médico-psychologique'),
  ('COLLECTIVITE', 'Collectivité'),
  ('CPTS', 'Communauté professionnelle territoriale de santé'),
  ('CSAPA', 'Centre de soins, d''accompagnement et de prévention en addictologie'),
  ('DAC', 'Dispositif d''appui à la coordination'),
  ('EPSM', 'Établissement public de santé mentale'),
  ('EQUIPE_MOBILE', 'Équipe mobile'),
  ('LAM', 'Lits d''accueil médicalisés'),
  ('LHSS', 'Lits halte soins santé'),
  ('MSP', 'Maison de santé pluriprofessionnelle'),
  ('OFFICINE', 'Officine'),
  ('SERVICE_SOCIAL', 'Service social'),
  ('URPS', 'Union régionale des professionnels de santé');

create table organisation (
  identifier      text        primary key check (identifier ~ '^[0-9AB]{9,14}$'),
  identifier_type text        not null check (identifier_type in ('FINESS', 'SIREN', 'SIRET')),
  display_name    text        not null check (length(display_name) between 1 and 200),
  kind            text        not null references organisation_kind,
  commune         text        not null references commune,
  pole            text        check (length(pole) <= 20),   -- no key: pôles name organisations and come after them
  joined_date     date,
  video_capable   boolean     not null,
  content_hash    bytea       not null check (length(content_hash) = 32),
  version         bigint      not null check (version > 0),
  update_time     timestamptz not null);
create index organisation_kind_of on organisation (kind, identifier);
create index organisation_pole on organisation (pole, identifier);

create table cpts_territory (
  organisation text not null references organisation,
  commune      text not null references commune,
  primary key (organisation, commune));

create table convention (
  convention_id uuid        primary key,
  organisation  text        not null references organisation,
  signed_date   date        not null,
  end_date      date        not null check (end_date >= signed_date),     -- last day in force, inclusive
  update_time   timestamptz not null,
  unique (organisation, signed_date),
  constraint convention_no_overlap exclude using gist (organisation with =, daterange(signed_date, end_date, '[]') with &&));

create table professional (
  professional_id       text        primary key check (professional_id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$'),
  rpps                  text        unique check (rpps ~ '^[0-9]{11}$'),
  family_name           text        not null check (length(family_name) between 1 and 100),
  given_name            text        not null check (length(given_name) between 1 and 100),
  mssante               text        check (length(mssante) <= 254 and mssante not like '%@patient.mssante.fr'),
  expert                boolean     not null,
  charter_accepted_date date,
  content_hash          bytea       not null check (length(content_hash) = 32),
  version               bigint      not null check (version > 0),
  update_time           timestamptz not null);

create table activity (
  activity_id      bigint generated always as identity primary key,
  professional_id  text     not null references professional,
  profession_table text     not null check (profession_table in ('TRE_G15', 'TRE_R94', 'TRE_R95', 'TRE_R291')),
  profession_code  text     not null check (profession_code ~ '^[A-Z0-9]{1,10}$'),
  savoir_faire     text     check (savoir_faire ~ '^[A-Z0-9]{1,10}$'),
  mode             smallint not null check (mode between 1 and 3),
  organisation     text     not null references organisation,
  pole             text     check (length(pole) <= 20),
  from_date        date     not null,
  until_date       date     check (until_date > from_date),               -- first day after, exclusive
  constraint activity_no_overlap exclude using gist (
    professional_id with =, organisation with =, profession_table with =, profession_code with =, mode with =,
    daterange(from_date, until_date, '[)') with &&));
comment on column activity.mode is 'number of membership.v1.Mode: 1 salarié, 2 libéral, 3 bénévole';
create index activity_professional on activity (professional_id);
create index activity_pole on activity (pole, professional_id);

create table pole (
  code              text        primary key check (code ~ '^[A-Z0-9][A-Z0-9-]{0,19}$'),
  display_name      text        not null check (length(display_name) between 1 and 200),
  programme         text        not null references programme,
  seat_commune      text        not null references commune,
  area              text        not null check (length(area) <= 40),
  rhythm            smallint    not null check (rhythm between 1 and 5),
  weekday           smallint    not null check (weekday between 1 and 7),
  start_time        time        not null,
  duration_minutes  int         not null check (duration_minutes between 15 and 480),
  modality          smallint    not null check (modality between 1 and 3),
  referent          text        references professional,
  host              text        references organisation,
  coordinator_email text        check (length(coordinator_email) <= 254),
  active_from_date  date        not null,
  state             smallint    not null check (state between 1 and 4),
  content_hash      bytea       not null check (length(content_hash) = 32),
  version           bigint      not null check (version > 0),
  update_time       timestamptz not null);
comment on column pole.state is 'number of membership.v1.Pole.State: 1 brouillon, 2 actif, 3 suspendu, 4 fermé';

create table pole_commune (
  pole    text not null references pole,
  commune text not null references commune,
  primary key (pole, commune));
create index pole_commune_commune on pole_commune (commune);
