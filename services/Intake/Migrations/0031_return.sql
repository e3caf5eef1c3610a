-- What was decided goes back to who asked and to the attending physician (DOMAIN §5: a known pain of the sources).
create table case_return (
  case_id     uuid        not null,
  rank        int         not null,
  recipient   text        not null check (recipient in ('Requester', 'AttendingPhysician')),
  means       text        not null check (means in ('Mssante', 'Phone', 'Meeting')),
  return_date date        not null,
  recorder    text        not null,
  record_time timestamptz not null,
  primary key (case_id, rank, recipient),
  foreign key (case_id, rank) references intervision);
comment on table case_return is 'append-only: the return to requester and attending physician, per intervision';

-- A restitution belongs to an intervision too.
alter table restitution add column session text;
update restitution r set session = c.discussed_session from cases c where c.id = r.case_id;
