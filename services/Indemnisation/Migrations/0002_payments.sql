-- Runs and their payments: proposed, approved and released by three people.

create table payment_run (
  id                 uuid        primary key,
  state              int         not null check (state between 1 and 3),
  programme          text        not null,
  up_to_date         date        not null,
  execution_date     date        not null,
  total_cents        bigint      not null check (total_cents > 0),
  proposer           text        not null,
  approver           text,
  releaser           text,
  -- Reserved before the file is written and never changed after: the same file again, byte for byte, after a crash.
  release_time       timestamptz,
  debtor_holder_name text,
  debtor_iban        text,
  debtor_bic         text,
  file_path          text,
  file_sha256        text        check (file_sha256 ~ '^[0-9a-f]{64}$'),
  version            int         not null default 1 check (version > 0),
  change_time        timestamptz not null,
  check (approver <> proposer),
  check (releaser <> proposer and releaser <> approver),
  check (state < 2 or approver is not null),
  check (state < 3 or (releaser is not null and file_sha256 is not null and release_time is not null)));

create table payment (                         -- account and name as they were when the run was proposed
  id           uuid   primary key,             -- the EndToEndId, unique for ever
  run_id       uuid   not null references payment_run,
  payee        text   not null references payee,
  amount_cents bigint not null check (amount_cents between 1 and 99999999999),
  holder_name  text   not null,
  iban         text   not null,
  bic          text   not null,
  remittance   text   not null check (length(remittance) between 1 and 140),
  unique (run_id, payee));
comment on table payment is 'append-only: what was proposed to the second person is what the third one releases';
