-- Triage: since when a case is in its state, how it ended, and which case goes on instead.

alter table cases add column state_time timestamptz;
update cases c set state_time = coalesce(
  (select min(h.change_time) from case_history h
   where h.case_id = c.id and h.to_state = c.state
     and h.version > coalesce((select max(o.version) from case_history o where o.case_id = c.id and o.to_state <> c.state), 0)),
  c.update_time);
alter table cases alter column state_time set not null;

alter table cases add column end_code text;
alter table cases add check (case state
  when 'Inadmissible' then coalesce(end_code, '') in
    ('HORS_PERIMETRE', 'PAS_DE_DIFFICULTE_PARTAGEE', 'INFORMATION_INSUFFISANTE', 'DEMANDE_ADMINISTRATIVE', 'AUTRE')
  when 'Redirected' then coalesce(end_code, '') in
    ('DAC', 'CMP', 'CSAPA', 'URGENCES', 'SERVICE_SOCIAL', 'PROTECTION_ENFANCE', 'AUTRE')
  when 'Abandoned' then coalesce(end_code, '') in
    ('DEMANDEUR_RENONCE', 'PATIENT_PERDU_DE_VUE', 'DECES', 'SANS_OBJET', 'AUTRE')
  else end_code is null end);

alter table cases add column duplicate_of uuid references cases check (duplicate_of <> id);
alter table cases add check ((state = 'Duplicate') = (duplicate_of is not null));
create index cases_duplicate_of on cases (duplicate_of) where duplicate_of is not null;

-- A duplicate has no duplicates: neither chains nor cycles. The verb holds the row locks of both.
create function duplicate_is_last() returns trigger language plpgsql as $$
begin
  if exists (select from cases where id = new.duplicate_of and duplicate_of is not null)
     or exists (select from cases where duplicate_of = new.id) then
    raise check_violation using message = 'a duplicate has no duplicates';
  end if;
  return new;
end $$;
create trigger cases_duplicate before insert or update of duplicate_of on cases
  for each row when (new.duplicate_of is not null) execute function duplicate_is_last();
