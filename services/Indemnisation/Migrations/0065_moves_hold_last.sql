-- What speaks against the account itself is told first: a move of somebody does not hide it.
create or replace function payee_account(at timestamptz) returns table (payee text, holder_name text, iban text, bic text, hold_reason text)
language sql stable as $$
  select p.name, coalesce(a.holder_name, p.holder_name), coalesce(a.iban, p.iban), coalesce(a.bic, p.bic),
    case
      when exists (select from account_change_kept c where c.payee = p.name and (c.in_force_time is null or c.in_force_time > at)) then 'ACCOUNT_CHANGE_PENDING'
      when 3 = (
        select v.result from payee_verification v where v.payee = p.name and v.iban = coalesce(a.iban, p.iban)
        order by v.verify_time desc, v.record_time desc, v.id desc limit 1) then 'NO_MATCH'
      when exists (select from refused_account r where r.payee = p.name and r.iban = coalesce(a.iban, p.iban)) then 'ACCOUNT_REFUSED'
      when exists (select from payee_move m where m.payee = p.name and m.in_force_time > at) then 'PAYEE_CHANGE_PENDING'
      else '' end
  from payee p
  left join lateral (
    select c.holder_name, c.iban, c.bic from account_change_kept c where c.payee = p.name and c.in_force_time <= at order by c.in_force_time desc limit 1) a on true
$$;
