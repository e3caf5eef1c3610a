-- A draft, and a pôle that meets on demand, may have no usual day and time.
alter table pole
  drop constraint pole_weekday_check,
  add constraint pole_weekday_check check (weekday between 0 and 7);
comment on column pole.weekday is 'ISO: 1 Monday to 7 Sunday; 0: no usual day and time';
