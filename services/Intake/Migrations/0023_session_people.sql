-- Who leads a session and who is its expert: tied to every case on its agenda (DOMAIN §3). Everybody else is tied by the
-- case itself.
create table session_person (
  session      text not null,
  professional text not null,
  role         text not null check (role in ('Facilitator', 'Expert')),
  primary key (session, professional, role));
create index agenda_item_session on agenda_item (session);
