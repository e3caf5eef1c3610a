-- The contact stands still too while the payee is newly named for an employer (ADR 53, 55).
create or replace function contact_stands_still() returns trigger language plpgsql as $$
begin
  if exists (select from account_change_kept c where c.payee = new.name and (c.in_force_time is null or c.in_force_time > new.change_time))
    or exists (select from payee_move m where new.name in (m.payee, m.former_payee) and m.in_force_time > new.change_time)
    or exists (select from expert_convention e where e.payee = new.name and e.in_force_time > new.change_time) then
    raise exception 'an account of % is being changed: its contact stands still', new.name using errcode = 'check_violation';
  end if;
  return new;
end $$;
