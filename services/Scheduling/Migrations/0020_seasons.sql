-- How seasons are laid over the calendar; moving and replanning.
create table season_rules (
  owner           text primary key check (owner ~ '^(poles|programmes)/[^/]{1,64}$'),
  public_holidays text not null check (public_holidays in ('UNSPECIFIED', 'SKIP', 'SHIFT')),          -- never held on one (S5)
  school_holidays text not null check (school_holidays in ('UNSPECIFIED', 'SKIP', 'SHIFT', 'WARN')),
  week_of_month   int  not null check (week_of_month between 0 and 5));

alter table session
  add column planned_date       date,
  add column moved_by_hand      boolean not null default false,
  add column cancel_explanation text    not null default '',
  add check (length(cancel_explanation) <= 500 and (cancel_explanation = '' or state = 'CANCELLED'));
alter table session disable trigger keep_certified_state;
update session set planned_date = date;
alter table session enable trigger keep_certified_state;
alter table session alter column planned_date set not null;
comment on column session.planned_date is 'the date of the rhythm it stands for: planning again must not fill it because the session was moved by hand';

-- A pôle meets once a day; of what was cancelled there may be more. Deferrable, because a season moves as a whole.
alter table session
  drop constraint session_pole_date_key,
  add constraint session_one_a_day exclude using gist (pole with =, date with =) where (state <> 'CANCELLED') deferrable initially immediate;
create index session_pole_date on session (pole, date);
