-- Alerts to the authorities (DOMAIN §5): counted, never listed. No table here refers to a case.

create table alert (
  id               uuid        primary key,
  version          bigint      not null check (version > 0),
  state            text        not null check (state in ('Draft', 'Validated', 'Transmitted', 'Answered', 'Closed', 'Abandoned')),
  motives          text[]      not null,
  contexts         text[]      not null,
  products         text[]      not null,
  territory        text        not null check (territory ~ '^(region|departements/[0-9AB]{2,3}|poles/.{1,60})$'),
  poles            text[]      not null check (cardinality(poles) > 0),   -- of the territory, when the criteria were written
  from_date        date        not null,
  until_date       date        not null,                                  -- exclusive
  author           text        not null,
  create_time      timestamptz not null,
  update_time      timestamptz not null check (update_time >= create_time),
  referent         text,
  referent_rpps    text,
  association      text,
  association_rpps text,
  validate_time    timestamptz,                                           -- by both
  told_count       text        check (told_count ~ '^(<5|5 ou plus|[1-9][0-9]* à [1-9][0-9]*)$'),
  close_code       text        check (close_code in ('SATISFAITE', 'PARTIELLE', 'REFUSEE', 'SANS_REPONSE')),
  check (cardinality(motives) + cardinality(contexts) + cardinality(products) between 1 and 3),
  check (extract(day from from_date) = 1 and extract(month from from_date) in (1, 4, 7, 10)),
  check (extract(day from until_date) = 1 and extract(month from until_date) in (1, 4, 7, 10)),
  check (until_date > from_date and until_date <= from_date + interval '2 years'),
  -- Four eyes.
  check (referent <> association and referent_rpps <> association_rpps),
  check (state in ('Draft', 'Abandoned')
    or (referent is not null and association is not null and validate_time is not null and told_count is not null)),
  check ((state = 'Closed') = (close_code is not null)));
create index alert_age on alert (create_time desc, id desc);

-- AES-256-GCM under the key of its alert (Alerts/AlertVault.cs). A null key: destroyed for ever.
create table alert_key (
  alert_id    uuid  primary key references alert,
  wrapped_key bytea check (length(wrapped_key) = 60));

create table alert_text (
  alert_id   uuid  not null references alert,
  field      text  not null check (length(field) <= 60),
  ciphertext bytea not null check (length(ciphertext) between 28 and 16384),
  primary key (alert_id, field));

create table alert_history (
  alert_id    uuid        not null references alert,
  version     bigint      not null,
  action      text        not null check (length(action) <= 40),
  actor       text        not null,
  from_state  text,
  to_state    text        not null,
  change_time timestamptz not null,
  primary key (alert_id, version));
comment on table alert_history is 'append-only: what happened to an alert, codes only';

create table alert_transmission (
  alert_id      uuid not null references alert,
  recipient     text not null check (recipient ~ '^(ARS|(DEPARTEMENT|DDETS)_(02|59|60|62|80))$'),
  transmit_date date not null,
  primary key (alert_id, recipient));
comment on table alert_transmission is 'append-only: what left the house';
create index alert_transmission_date on alert_transmission (transmit_date);

create table alert_answer (
  alert_id    uuid not null,
  recipient   text not null,
  answer_date date not null,
  primary key (alert_id, recipient),
  foreign key (alert_id, recipient) references alert_transmission);
comment on table alert_answer is 'append-only: what came back';

-- Counts that were told, and can never be told a little differently: as shown, never the number.
create table told_count (
  no         bigint  generated always as identity primary key,
  codes      text[]  not null check (cardinality(codes) between 1 and 3),
  poles      text[]  not null check (cardinality(poles) > 0),
  from_date  date    not null,
  until_date date    not null check (until_date > from_date),
  shown      text    not null check (shown ~ '^(<5|5 ou plus|[1-9][0-9]* à [1-9][0-9]*)$'));
comment on table told_count is 'append-only: nobody forgets what they were told';
create index told_count_period on told_count (from_date, until_date);
