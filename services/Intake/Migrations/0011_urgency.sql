-- Whom an urgent request is told to, and that it was. The référent's own address is not kept: the pôle's coordination
-- mailbox is a functional one, read by the référent and the coordination alike.

alter table pole add column coordinator_email text check (length(coordinator_email) <= 254);

create table urgent_alert (
  case_id     uuid        primary key references cases,
  alert_time  timestamptz not null,
  repeat_time timestamptz check (repeat_time >= alert_time));
