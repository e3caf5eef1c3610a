-- Who was reminded of a session as it stood at a sequence: once each, whoever sends and however often.
create table reminder (
  session_id    uuid        not null references session,
  professional  text        not null check (length(professional) between 1 and 200),
  sequence      int         not null check (sequence >= 0),
  reminder_time timestamptz not null,
  primary key (session_id, professional, sequence));
-- Sessions that may be due.
create index session_convened on session (date) where state = 'CONVENED';
