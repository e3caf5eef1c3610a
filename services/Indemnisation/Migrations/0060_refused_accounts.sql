-- An account that the bank refused is not paid again by itself: what it said of the account, not of the payment, holds the payee
-- until another account is in force or the bank confirms holder and IBAN (ADR 0032).
create index payment_told_failed on payment_told (payment_id) where state = 7;

create view refused_account as
select distinct p.payee, p.iban, o.reason
from payment_outcome o join payment p on p.id = o.payment_id
where o.state = 7 and o.reason in ('AC01', 'AC03', 'AC04', 'AC06', 'AC13', 'AG01', 'BE01', 'MD07', 'RC01')
  and not exists (
    select from payee_verification v
    where v.payee = p.payee and v.iban = p.iban and v.result = 1 and v.record_time > o.outcome_time);   -- MATCH
comment on view refused_account is 'append-only: read it, write payment_told';

create or replace function payee_account(at timestamptz) returns table (payee text, holder_name text, iban text, bic text, hold_reason text)
language sql stable as $$
  select p.name, coalesce(a.holder_name, p.holder_name), coalesce(a.iban, p.iban), coalesce(a.bic, p.bic),
    case
      when exists (select from account_change_kept c where c.payee = p.name and (c.in_force_time is null or c.in_force_time > at)) then 'ACCOUNT_CHANGE_PENDING'
      when 3 = (
        select v.result from payee_verification v where v.payee = p.name and v.iban = coalesce(a.iban, p.iban)
        order by v.verify_time desc, v.record_time desc, v.id desc limit 1) then 'NO_MATCH'
      when exists (select from refused_account r where r.payee = p.name and r.iban = coalesce(a.iban, p.iban)) then 'ACCOUNT_REFUSED'
      else '' end
  from payee p
  left join lateral (
    select c.holder_name, c.iban, c.bic from account_change_kept c where c.payee = p.name and c.in_force_time <= at order by c.in_force_time desc limit 1) a on true
$$;
