-- The contact is who can stop a fraud: it stands still while a change of account, or a move to or from the payee, is on its way, and
-- who changed it is kept (ADR 0055).
create table payee_update (
  payee          text        not null references payee,
  version        int         not null,         -- of the payee before
  siret_before   text        not null,
  contact_before text        not null,
  updater        text        not null,
  update_time    timestamptz not null,
  primary key (payee, version));
comment on table payee_update is 'append-only: who changed what of whom';
create trigger append_only before update or delete or truncate on payee_update for each statement execute function refuse_change();

create function contact_stands_still() returns trigger language plpgsql as $$
begin
  if exists (select from account_change_kept c where c.payee = new.name and (c.in_force_time is null or c.in_force_time > new.change_time))
    or exists (select from payee_move m where new.name in (m.payee, m.former_payee) and m.in_force_time > new.change_time) then
    raise exception 'an account of % is being changed: its contact stands still', new.name using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger contact_stands_still before update on payee for each row when (old.contact <> new.contact) execute function contact_stands_still();
