-- "Never edit" (DOMAIN §6) by the database too. What was calculated is decided: its row only stops being the live one, or is cancelled
-- as long as it is not approved; anything else is another line. A cancelled line stays so.
create function calculated_is_kept() returns trigger language plpgsql as $$
declare
  free constant text[] := '{live,version,change_time}';
begin
  if to_jsonb(old) - free = to_jsonb(new) - free and (old.live or not new.live) then
    return new;
  end if;
  if old.state = 3 and new.state = 8 and not exists (select from ledger_entry where subject = old.id and kind = 1) then
    return new;
  end if;
  raise exception 'indemnity_line %: what was calculated is corrected by another line', old.id using errcode = 'insufficient_privilege';
end $$;
create trigger calculated_is_kept before update on indemnity_line for each row when (old.state in (3, 8)) execute function calculated_is_kept();
create trigger kept before delete or truncate on indemnity_line for each statement execute function refuse_change();

-- What the second person approves and the third releases is what the first proposed; a released or withdrawn run stays so.
create trigger decided_is_kept before update on payment_run for each row
when (old.state in (3, 4)
  or (old.id, old.programme, old.up_to_date, old.execution_date, old.total_cents, old.payment_count, old.line_count, old.line_approvers, old.proposer)
    is distinct from (new.id, new.programme, new.up_to_date, new.execution_date, new.total_cents, new.payment_count, new.line_count, new.line_approvers, new.proposer)
  or old.approver <> coalesce(new.approver, '')
  or (old.release_time is not null and (old.release_time, old.debtor_holder_name, old.debtor_iban, old.debtor_bic, old.payment_format)
    is distinct from (new.release_time, new.debtor_holder_name, new.debtor_iban, new.debtor_bic, new.payment_format)))
execute function refuse_change();
create trigger kept before delete or truncate on payment_run for each statement execute function refuse_change();
