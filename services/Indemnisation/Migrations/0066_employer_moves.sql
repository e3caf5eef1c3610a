-- An employer who had a payee for its salaried experts and gets another one is paid on another account: two people and 72 hours, as
-- for anybody else (ADR 53).
alter table expert_convention
  add column in_force_time timestamptz check (in_force_time >= write_time + interval '72 hours');     -- null: the employer had no other payee
create index expert_convention_moved on expert_convention (payee, in_force_time) where in_force_time is not null;
create trigger append_only before update or delete or truncate on expert_convention for each statement execute function refuse_change();

create function expert_payee_takes_two() returns trigger language plpgsql as $$
begin
  if exists (select from payee where name = new.payee and creator = new.writer)
    or exists (select from account_change_kept where payee = new.payee and proposer = new.writer) then
    raise exception 'whose account it is was said by somebody else than who names it' using errcode = 'check_violation';
  end if;
  if new.in_force_time is null and new.payee <> (
      select payee from expert_convention where organisation = new.organisation order by write_time desc, lower(valid) desc limit 1) then
    raise exception '% had another payee and is not held', new.organisation using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger expert_payee_takes_two before insert on expert_convention for each row execute function expert_payee_takes_two();

create or replace function payee_account(at timestamptz) returns table (payee text, holder_name text, iban text, bic text, hold_reason text)
language sql stable as $$
  select p.name, coalesce(a.holder_name, p.holder_name), coalesce(a.iban, p.iban), coalesce(a.bic, p.bic),
    case
      when exists (select from account_change_kept c where c.payee = p.name and (c.in_force_time is null or c.in_force_time > at)) then 'ACCOUNT_CHANGE_PENDING'
      when 3 = (
        select v.result from payee_verification v where v.payee = p.name and v.iban = coalesce(a.iban, p.iban)
        order by v.verify_time desc, v.record_time desc, v.id desc limit 1) then 'NO_MATCH'
      when exists (select from refused_account r where r.payee = p.name and r.iban = coalesce(a.iban, p.iban)) then 'ACCOUNT_REFUSED'
      when exists (select from payee_move m where m.payee = p.name and m.in_force_time > at)
        or exists (select from expert_convention e where e.payee = p.name and e.in_force_time > at) then 'PAYEE_CHANGE_PENDING'
      else '' end
  from payee p
  left join lateral (
    select c.holder_name, c.iban, c.bic from account_change_kept c where c.payee = p.name and c.in_force_time <= at order by c.in_force_time desc limit 1) a on true
$$;
