-- Which pain.001 the bank of the account that pays takes (PaymentFormat: 1 = .001.09, 2 = .001.03), frozen in the run with the
-- account: the same run always gives the same bytes. Runs released before were written in .001.09.

alter table debtor add column payment_format int not null default 1 check (payment_format in (1, 2));
alter table payment_run add column payment_format int not null default 1 check (payment_format in (1, 2));
