-- What a line was decided on, frozen in it (DOMAIN §6); and the facts of the day that Membership and finance tell.

alter table indemnity_line
  add column role                   smallint not null default 1 check (role between 1 and 3),      -- RateRole
  add column mode                   text     not null default 'L' check (mode in ('S', 'L')),      -- TRE_R23
  add column declaration            smallint not null default 1 check (declaration between 0 and 2),   -- 0 none yet, 1 no other funder, 2 another funder
  add column replaces               text     not null default '',
  add column replacement_licence    text     not null default '',
  add column convention             text     not null default '',
  add column identity_source        smallint not null default 0,                                   -- IdentifierSource of Membership
  add column identity_verified_date date;

alter table professional
  add column identity_source        smallint not null default 0,
  add column identity_verified_date date;

-- Whether a programme indemnifies, from when: a sheet that comes late is decided on the rule of the day of its session.
create table programme_rule (
  programme   text        not null references programme,
  from_time   timestamptz not null,
  indemnified boolean     not null,
  primary key (programme, from_time));
comment on table programme_rule is 'append-only: rules of past days decide on sheets that come late';
insert into programme_rule select name, '-infinity', indemnified from programme;

create table convention (                      -- projection of Membership: the days on which one is in force
  name         text primary key check (length(name) <= 128),
  organisation text not null check (length(organisation) <= 128),
  first_date   date not null,
  last_date    date not null,                  -- inclusive
  check (first_date <= last_date));
create index convention_organisation on convention (organisation);

-- An employer is indemnified for its salaried experts, by convention only.
create table expert_convention (
  convention  text        not null,
  organisation text       not null check (length(organisation) <= 128),
  payee       text        not null references payee,
  valid       daterange   not null check (not isempty(valid) and not lower_inf(valid) and not upper_inf(valid)),
  writer      text        not null,
  write_time  timestamptz not null,
  primary key (convention, valid),
  constraint expert_convention_overlap exclude using gist (organisation with =, valid with &&));
comment on table expert_convention is 'append-only: what experts were paid by';

create table fiscal_year_close (
  fiscal_year int         primary key,
  closer      text        not null,
  close_time  timestamptz not null);
comment on table fiscal_year_close is 'append-only: nobody reopens a year';
create trigger append_only before update or delete or truncate on fiscal_year_close for each statement execute function refuse_change();

-- A run withdrawn (4) frees its lines.
alter table payment_run drop constraint payment_run_state_check;
alter table payment_run drop constraint payment_run_check2, drop constraint payment_run_check3;
alter table payment_run
  add constraint payment_run_state_check check (state between 1 and 4),
  add check (state in (1, 4) or approver is not null),
  add check (state <> 3 or (releaser is not null and file_sha256 is not null and release_time is not null)),
  add check (state <> 4 or release_time is null);

create or replace view line_now as
select l.id, l.revision, l.live,
  case
    when e.subject is null then l.state
    when o.state is not null then o.state      -- 6 paid, 7 rejected
    when r.state = 3 then 5                    -- issued: its run is released
    else 4 end as state,
  l.session, l.session_date, l.start_time, l.pole, l.programme, l.fiscal_year, l.professional, l.rpps, l.profession_table, l.profession_code,
  l.organisation, l.component, l.by_video, l.present_minutes, l.kilometres, l.due_cents, l.amount_cents, l.reason, l.payee, l.rate_grid,
  l.envelope, e.poster as approver, case when r.state <> 4 then p.id end as payment, l.corrects, l.version, greatest(l.change_time, e.post_time, o.outcome_time) as change_time,
  l.role, l.mode, l.declaration, l.replaces, l.replacement_licence, l.convention, l.identity_source, l.identity_verified_date
from indemnity_line l
left join ledger_entry e on e.subject = l.id and e.kind = 1
left join payment_line t on t.line_id = l.id and not exists (select from payment_line later where later.line_id = t.line_id and later.attempt > t.attempt)
left join payment p on p.id = t.payment_id
left join payment_run r on r.id = p.run_id
left join payment_outcome o on o.payment_id = p.id;
