-- Presentations of partners whose membership on the day the directory does not know yet (DESIGN §7.19): organisations
-- and programmes are names as said by Scheduling, without keys.
create table waiting_presentation (
  organisation      text not null check (length(organisation) <= 100),
  programme         text not null check (length(programme) <= 100),
  session           text not null check (length(session) <= 100),
  presentation_date date not null,
  primary key (organisation, programme, session));
