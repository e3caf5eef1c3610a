-- Somebody who had a payee and gets another one is paid on another account: two people and 72 hours, as for any other change of
-- account (ADR 51).
alter table payee_professional add column remover text not null default '';     -- who ended it; empty while it lasts

create table payee_move (
  professional  text        not null,
  from_date     date        not null,          -- first day of the new link
  former_payee  text        not null references payee,
  payee         text        not null references payee,
  remover       text        not null,          -- who ended the link to the former one
  adder         text        not null,
  add_time      timestamptz not null,
  in_force_time timestamptz not null,
  primary key (professional, from_date),
  check (former_payee <> payee),
  check (adder <> remover),
  check (in_force_time >= add_time + interval '72 hours'));
comment on table payee_move is 'append-only: who had whom paid elsewhere';
create index payee_move_payee on payee_move (payee, in_force_time);
create trigger append_only before update or delete or truncate on payee_move for each statement execute function refuse_change();

-- Whose account it is was said by somebody else than who has people paid on it.
create function maker_does_not_move() returns trigger language plpgsql as $$
begin
  if exists (select from payee where name = new.payee and creator = new.adder) then
    raise exception 'who made a payee does not move people to it' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger maker_does_not_move before insert on payee_move for each row execute function maker_does_not_move();

create function link_must_be_moved() returns trigger language plpgsql as $$
declare
  who text;
begin
  select a.professional into who from added a
  where a.payee <> (
      select b.payee from payee_professional b where b.professional = a.professional and b.valid << a.valid order by upper(b.valid) desc limit 1)
    and not exists (select from payee_move m where m.professional = a.professional and m.payee = a.payee and m.from_date = lower(a.valid))
  limit 1;
  if who is not null then
    raise exception '% had another payee and is not moved', who using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger moved after insert on payee_professional referencing new table as added for each statement execute function link_must_be_moved();
create trigger kept before update of professional, payee on payee_professional for each statement execute function refuse_change();

create or replace function payee_account(at timestamptz) returns table (payee text, holder_name text, iban text, bic text, hold_reason text)
language sql stable as $$
  select p.name, coalesce(a.holder_name, p.holder_name), coalesce(a.iban, p.iban), coalesce(a.bic, p.bic),
    case
      when exists (select from account_change_kept c where c.payee = p.name and (c.in_force_time is null or c.in_force_time > at)) then 'ACCOUNT_CHANGE_PENDING'
      when exists (select from payee_move m where m.payee = p.name and m.in_force_time > at) then 'PAYEE_CHANGE_PENDING'
      when 3 = (
        select v.result from payee_verification v where v.payee = p.name and v.iban = coalesce(a.iban, p.iban)
        order by v.verify_time desc, v.record_time desc, v.id desc limit 1) then 'NO_MATCH'
      when exists (select from refused_account r where r.payee = p.name and r.iban = coalesce(a.iban, p.iban)) then 'ACCOUNT_REFUSED'
      else '' end
  from payee p
  left join lateral (
    select c.holder_name, c.iban, c.bic from account_change_kept c where c.payee = p.name and c.in_force_time <= at order by c.in_force_time desc limit 1) a on true
$$;
