-- Where a session takes place, as calendars and letters say it: the room and its structure's name. Of structures that
-- Membership has not said again since, the name is not known yet.
create table organisation (
  name         text primary key check (length(name) between 1 and 200),
  display_name text not null);

-- A room's name goes into people's calendars: no case in it (C6). Names of before are checked when they next change.
alter table room add constraint room_names_no_case check (display_name !~* 'SIT-') not valid;
