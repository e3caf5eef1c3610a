-- What reports count beside the lines: sessions as Scheduling tells of them, those that give nobody an amount included, and how
-- many cases were discussed. A session that was planned before this table is known from its convening on.
create table session_fact (
  name            text        primary key check (length(name) <= 128),
  programme       text        not null check (length(programme) <= 64),
  pole            text        not null check (length(pole) <= 64),
  session_date    date        not null,
  state           int         not null check (state between 1 and 3),   -- 1 planned, 2 cancelled, 3 certified
  discussed_cases int         check (discussed_cases >= 0),             -- null: the sheet did not say
  change_time     timestamptz not null);
create index session_fact_programme on session_fact (programme, session_date);

insert into session_fact (name, programme, pole, session_date, state, change_time)
select s.name, s.programme, l.pole, s.session_date, s.state, s.change_time
from session_seen s cross join lateral (select pole from indemnity_line l where l.session = s.name limit 1) l
where s.session_date is not null and s.programme <> '';

-- The number of an entry in the journal, given when it is first exported (ADR 0034). The calendar year of the entry is part of
-- it: each year counts from 1.
create table ledger_number (
  subject    uuid     not null,
  kind       smallint not null,
  entry_year int      not null check (entry_year between 2000 and 2200),
  number     bigint   not null check (number > 0),
  primary key (entry_year, number),
  unique (subject, kind));                     -- of ledger_entry, which nobody can delete from: no foreign key is needed
comment on table ledger_number is 'append-only: a number once given is never given again';
