-- What amounts are computed from: the directory as told by Membership, rates, payees, envelopes, the debtor.

create extension if not exists btree_gist;

create table programme (                       -- projection of Membership
  name        text    primary key check (length(name) <= 64),
  indemnified boolean not null);

create table professional (                    -- projection of Membership
  name         text primary key check (length(name) <= 128),
  rpps         text not null default '' check (rpps ~ '^(\d{11})?$'),
  display_name text not null default '' check (length(display_name) <= 300));
create index professional_rpps on professional (rpps) where rpps <> '';

create table rate_grid (
  name             text        primary key check (length(name) <= 64),
  programme        text        not null check (length(programme) <= 64),
  valid_from_date  date        not null,
  valid_until_date date        not null,       -- exclusive
  publisher        text        not null,
  publish_time     timestamptz not null,
  check (valid_from_date < valid_until_date));
comment on table rate_grid is 'append-only: a published grid never changes';

create table rate (
  rate_grid        text      not null references rate_grid,
  position         int       not null,
  programme        text      not null,
  valid            daterange not null,
  profession_table text      not null default '' check (length(profession_table) <= 32),
  profession_code  text      not null default '' check (length(profession_code) <= 32),
  component        int       not null check (component between 1 and 3),
  unit             int       not null check (unit between 1 and 4),
  amount_cents     bigint    not null check (amount_cents between 0 and 100000000),
  minimum_minutes  int       not null default 0 check (minimum_minutes between 0 and 1440),
  paid_minutes_cap int       not null default 0 check (paid_minutes_cap between 0 and 1440),
  free_kilometres  int       not null default 0 check (free_kilometres between 0 and 10000),
  cap_cents        bigint    not null default 0 check (cap_cents between 0 and 100000000),
  primary key (rate_grid, position),
  -- One rate for a programme, profession and component on any day.
  constraint rate_grid_overlap exclude using gist (
    programme with =, profession_table with =, profession_code with =, component with =, valid with &&));
comment on table rate is 'append-only: a published grid never changes';

create table payee (
  name        text        primary key check (length(name) <= 64),
  kind        int         not null check (kind between 1 and 5),
  holder_name text        not null check (length(holder_name) between 1 and 140),
  siret       text        not null default '' check (siret ~ '^(\d{14})?$'),
  iban        text        not null check (iban ~ '^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$'),
  bic         text        not null default '' check (bic ~ '^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$'),
  version     int         not null default 1 check (version > 0),
  creator     text        not null,
  create_time timestamptz not null);

create table payee_professional (              -- a professional is paid through one payee
  professional text primary key check (length(professional) <= 128),
  payee        text not null references payee);
create index payee_professional_payee on payee_professional (payee);

create table envelope (
  name             text        primary key check (length(name) <= 128),
  funding_code     text        not null,
  programme        text        not null,
  fiscal_year      int         not null check (fiscal_year between 2000 and 2200),
  amount_cents     bigint      not null check (amount_cents >= 0),
  warning_percent  int         not null check (warning_percent between 1 and 100),
  reserved_cents   bigint      not null default 0,     -- lines committed, or recorded and waiting
  calculated_cents bigint      not null default 0,     -- lines calculated and beyond
  consumed_cents   bigint      not null default 0,     -- of which issued or paid
  said_percents    int[]       not null default '{}',  -- thresholds already said
  change_time      timestamptz not null,
  unique (programme, fiscal_year));

create table debtor (
  only_one    boolean     primary key default true check (only_one),
  holder_name text        not null check (length(holder_name) between 1 and 140),
  iban        text        not null check (iban ~ '^FR\d{2}[A-Z0-9]{23}$'),
  bic         text        not null default '' check (bic ~ '^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$'),
  change_time timestamptz not null);
