-- The latest answer of each person invited, to the session as it stood at a sequence: after a move it is none any more.
-- No foreign key to the invitation, which is written anew whenever an agenda changes.
create table reply (
  session_id   uuid        not null references session,
  professional text        not null check (length(professional) between 1 and 200),
  sequence     int         not null check (sequence >= 0),
  answer       text        not null check (answer in ('YES', 'NO', 'MAYBE')),
  mode         text        not null check (mode in ('', 'IN_PERSON', 'VIDEO')),
  channel      text        not null check (channel in ('PERSON', 'COORDINATION', 'CALENDAR')),
  recorded_by  text        not null check (length(recorded_by) between 1 and 200),
  stamp_time   timestamptz not null,           -- when it was said: of a calendar's answer its DTSTAMP, never later than reply_time
  reply_time   timestamptz not null,           -- when it came
  primary key (session_id, professional),
  check (answer <> 'NO' or mode = ''),
  check (stamp_time <= reply_time));
