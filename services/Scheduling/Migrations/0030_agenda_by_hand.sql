-- The agenda by hand, the preparatory review, and the reason why no attending physician is invited (C4).
-- Of rows there before, DESIGN §7.36 says it: the programme that requires an expert requires the physician too.
alter table programme
  add column attending_physician_required boolean not null default false,
  add column if not exists open_to_members boolean not null default false,
  add column if not exists new_partner_minutes int not null default 0 check (new_partner_minutes between 0 and 120);
update programme set attending_physician_required = expert_required;

alter table ready_case
  add column physician_absence text not null default ''
    check (physician_absence in ('', 'NO_ATTENDING_PHYSICIAN', 'PATIENT_REFUSES', 'UNREACHABLE')),
  add check (attending_physician = '' or physician_absence = '');

alter table agenda_item
  add column rank               int  not null default 1 check (rank > 0),   -- which intervision of the case
  add column added_reason       text not null default '' check (added_reason ~ '^[A-Z_]{0,40}$'),
  add column review             text not null default '' check (review in ('', 'READY', 'POSTPONED', 'NEEDS_SOMEBODY')),
  add column review_reason      text not null default '' check (review_reason ~ '^[A-Z_]{0,40}$'),
  add column needs_function     text not null default '' check (needs_function ~ '^[A-Z_]{0,40}$'),
  add column needs_professional text not null default '' check (length(needs_professional) <= 128),
  add check (review <> 'POSTPONED' or (state = 'REMOVED' and review_reason <> '')),
  add check ((review = 'NEEDS_SOMEBODY') = (needs_function <> '' or needs_professional <> ''));
update agenda_item i set rank = 1 + (
  select count(*) from agenda_item d join session ds on ds.id = d.session_id join session s on s.id = i.session_id
  where d.case_name = i.case_name and d.state = 'DISCUSSED' and ds.start_instant < s.start_instant)
where i.case_name <> '';
