-- Rooms of a host, a session's room, its video link.
create table room (
  id           uuid        primary key,
  host         text        not null check (length(host) < 100),
  display_name text        not null check (length(display_name) between 1 and 100),
  seats        int         not null check (seats between 1 and 500),
  accessible   boolean     not null,           -- with a wheelchair
  retired      boolean     not null,
  version      bigint      not null check (version > 0),
  change_time  timestamptz not null,
  unique (host, display_name));

-- Which one, beside booking, which holds it: rooms/{id} when one is assigned, else the host as a whole.
alter table session add column room uuid references room;

-- Read by those who may come; never said in an event, a notice or a log.
create table video_link (
  session_id  uuid        primary key references session,
  url         text        not null check (length(url) between 10 and 1000),
  create_time timestamptz not null);
