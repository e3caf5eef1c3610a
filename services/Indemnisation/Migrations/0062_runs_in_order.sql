-- A run of hundreds of thousands of payments is read in the order of its file by an index, not sorted each time; by bytes, so
-- that the file is the same whatever the database's collation.
alter table payment drop constraint payment_run_id_payee_key;
create unique index payment_in_file on payment (run_id, payee collate "C");
drop index payment_line_payment;
create index payment_line_payment on payment_line (payment_id, line_id);

-- What its lines weigh on each envelope, known when it is proposed: releasing it need not read them all again.
create table payment_run_weight (
  run_id   uuid   not null references payment_run,
  envelope text   not null references envelope,
  cents    bigint not null,                    -- negative where corrections outweigh what is due
  primary key (run_id, envelope));
comment on table payment_run_weight is 'append-only: what was proposed is what is consumed';
insert into payment_run_weight
select p.run_id, l.envelope, sum(l.amount_cents)
from payment p join payment_line t on t.payment_id = p.id join indemnity_line l on l.id = t.line_id group by p.run_id, l.envelope;

-- The account a payee was made with stands for ever: whatever changes which one is paid is a fact beside it, so that only payees
-- with such facts need to be looked at again.
create trigger account_kept before update of holder_name, iban, bic on payee for each statement execute function refuse_change();
