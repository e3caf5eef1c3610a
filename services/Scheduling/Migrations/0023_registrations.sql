-- People who come without being tied to a case, where the programme is open.
create table registration (
  session_id         uuid        not null references session,
  professional       text        not null,
  state              text        not null check (state in ('REGISTERED', 'WAITING', 'CANCELLED')),
  seat               int,
  seats              int         not null check (seats >= 0),          -- how many there were when the seat was given
  order_no           bigint      not null,
  register_time      timestamptz not null,
  change_time        timestamptz not null,
  manager_leave_date date,
  primary key (session_id, professional),
  check ((state = 'REGISTERED') = (seat is not null)),
  check (seat between 1 and seats),
  -- However they race: a seat is one person's, and there is none above the last.
  unique (session_id, seat));
create sequence registration_order_no owned by registration.order_no;
create index registration_order on registration (session_id, order_no);
