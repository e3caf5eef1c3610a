-- Calendars to subscribe to. The address holds 160 random bits, of which only a hash is here: who reads this table cannot
-- read the calendars with it.
create table calendar_feed (
  id           uuid        primary key,
  professional text        not null default '' check (length(professional) <= 200),
  pole         text        not null default '' check (length(pole) <= 200),
  token_hash   bytea       not null unique check (length(token_hash) = 32),
  create_by    text        not null check (length(create_by) between 1 and 200),
  create_time  timestamptz not null,
  revoke_time  timestamptz check (revoke_time >= create_time),
  check ((professional = '') <> (pole = '')));
create index calendar_feed_owner on calendar_feed (professional, pole, id);
