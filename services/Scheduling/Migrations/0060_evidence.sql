-- What finance decides on besides: another funder, and who stands in for whom. Sheets of before say neither.

alter table attendance_line
  add column other_funder_declared boolean not null default false,
  add column replaces              text    not null default '' check (length(replaces) <= 128),          -- professionals/{id}
  add column replacement_licence   text    not null default '' check (replacement_licence ~ '^[A-Za-z0-9/-]{0,35}$'),
  add check (not (no_other_funder_declared and other_funder_declared)),
  add check (replacement_licence = '' or replaces <> '');

alter table attendance_entry
  add column other_funder_declared boolean not null default false,
  add column replaces              text    not null default '' check (length(replaces) <= 128),
  add column replacement_licence   text    not null default '' check (replacement_licence ~ '^[A-Za-z0-9/-]{0,35}$'),
  add check (not (no_other_funder_declared and other_funder_declared)),
  add check (replacement_licence = '' or replaces <> '');
