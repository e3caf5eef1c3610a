-- A payee over time: who is paid through it on which days, its account as two people changed it, what its bank answered.

alter table payee add column contact text not null default '' check (length(contact) <= 254);

alter table payee_professional
  drop constraint payee_professional_pkey,
  add column valid daterange not null default daterange(null, null) check (not isempty(valid)),
  add constraint professional_has_payee exclude using gist (professional with =, valid with &&);

-- Facts, never changed: the account in force at an instant is the newest one confirmed and not cancelled whose 72 hours are over.
create table account_change (
  id           uuid        primary key,
  payee        text        not null references payee,
  holder_name  text        not null check (length(holder_name) between 1 and 140),
  iban         text        not null check (iban ~ '^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$'),
  bic          text        not null default '' check (bic ~ '^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$'),
  proposer     text        not null,
  propose_time timestamptz not null);
comment on table account_change is 'append-only: who changed whose account';
create index account_change_payee on account_change (payee, propose_time);

create table account_confirmation (
  change_id     uuid        primary key references account_change,
  confirmer     text        not null,
  confirm_time  timestamptz not null,
  in_force_time timestamptz not null,
  check (in_force_time >= confirm_time + interval '72 hours'));
comment on table account_confirmation is 'append-only: the second person';

create table account_cancellation (
  change_id   uuid        primary key references account_change,
  canceller   text        not null,
  cancel_time timestamptz not null);
comment on table account_cancellation is 'append-only: who gave a change up';

create function second_person_confirms() returns trigger language plpgsql as $$
begin
  if exists (select from account_change where id = new.change_id and proposer = new.confirmer) then
    raise exception 'who proposed an account does not confirm it' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger second_person_confirms before insert on account_confirmation for each row execute function second_person_confirms();

create table payee_verification (
  id          uuid        primary key,
  payee       text        not null references payee,
  iban        text        not null,            -- the account that was verified
  holder_name text        not null,
  result      int         not null check (result between 1 and 4),   -- PayeeVerification.Result
  recorder    text        not null,
  verify_time timestamptz not null,
  record_time timestamptz not null);
comment on table payee_verification is 'append-only: what banks answered';
create index payee_verification_payee on payee_verification (payee, iban, verify_time);

create trigger append_only before update or delete or truncate on account_change for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on account_confirmation for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on account_cancellation for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on payee_verification for each statement execute function refuse_change();

create view account_change_kept as             -- not cancelled; in_force_time is null until somebody confirms
select c.id, c.payee, c.holder_name, c.iban, c.bic, c.proposer, c.propose_time, f.confirmer, f.in_force_time
from account_change c left join account_confirmation f on f.change_id = c.id
where not exists (select from account_cancellation x where x.change_id = c.id);
comment on view account_change_kept is 'append-only: read it, write the facts';

-- Every payee at an instant: the account in force, and why nothing is paid to it. A change holds payments from its proposal
-- until it is in force or cancelled.
create function payee_account(at timestamptz) returns table (payee text, holder_name text, iban text, bic text, hold_reason text)
language sql stable as $$
  select p.name, coalesce(a.holder_name, p.holder_name), coalesce(a.iban, p.iban), coalesce(a.bic, p.bic),
    case
      when exists (select from account_change_kept c where c.payee = p.name and (c.in_force_time is null or c.in_force_time > at)) then 'ACCOUNT_CHANGE_PENDING'
      when 3 = (
        select v.result from payee_verification v where v.payee = p.name and v.iban = coalesce(a.iban, p.iban)
        order by v.verify_time desc, v.record_time desc, v.id desc limit 1) then 'NO_MATCH'
      else '' end
  from payee p
  left join lateral (
    select c.holder_name, c.iban, c.bic from account_change_kept c where c.payee = p.name and c.in_force_time <= at order by c.in_force_time desc limit 1) a on true
$$;

alter table payee add column change_time timestamptz;
update payee set change_time = create_time;
alter table payee alter column change_time set not null;
create index payee_professional_professional on payee_professional (professional);
