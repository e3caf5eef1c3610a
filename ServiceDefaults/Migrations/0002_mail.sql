-- Mail that waits to be sent, appended in the transaction of what happened (DESIGN §7.30). Steady state: empty; a row
-- goes when its mail was handed over. No text from people: codes and pôles only (DOMAIN §4).

create table mail_queue (
  id          uuid        primary key,
  recipient   text        not null check (length(recipient) between 3 and 254 and recipient !~ '[[:cntrl:]]'),
  subject     text        not null check (length(subject) between 1 and 150 and subject !~ '[[:cntrl:]]'),
  body        text        not null check (length(body) between 1 and 16384),
  calendar    text        check (length(calendar) between 1 and 65536),   -- an iCalendar object, attached
  append_time timestamptz not null default clock_timestamp(),             -- the real clock: age of the queue
  not_before  timestamptz not null default clock_timestamp(),
  attempts    int         not null default 0,
  last_error  text        check (length(last_error) <= 120));             -- kind of failure only: messages may quote addresses
create index mail_queue_due on mail_queue (not_before);
alter table mail_queue set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
