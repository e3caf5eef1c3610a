-- How somebody exercises, for the indicator "requests by requester". Known of whoever is told of again; null until then.
alter table professional_activity add column mode text check (mode in ('S', 'L', 'B'));
create index cases_submit_day on cases (submit_time) include (pole);
