-- Reports of the indicators as they were shown at their date (DOMAIN §8). What was kept back is not in them, so nothing in
-- here could not have been read by whoever may read it.
create table frozen_report (
  id              uuid        primary key,
  year            int         not null check (year between 2000 and 9998),
  pole            text        not null check (length(pole) <= 80),   -- empty: the region
  no              int         not null check (no > 0),
  formula_version text        not null check (length(formula_version) between 1 and 20),
  freezer         text        not null,
  freeze_time     timestamptz not null,
  shown           bytea       not null check (length(shown) <= 100000),   -- intervision.intake.v1.ReportIndicatorsResponse
  unique (year, pole, no));
comment on table frozen_report is 'append-only: figures as told at a date, never told otherwise';
create index frozen_report_time on frozen_report (freeze_time desc, id desc);

-- Not even its owner changes one; a wrong report is frozen again, under the next number.
create function frozen_report_stays() returns trigger language plpgsql as $$
begin
  raise insufficient_privilege using message = 'a frozen report is never changed';
end $$;
create trigger frozen_report_stays before update or delete or truncate on frozen_report execute function frozen_report_stays();
