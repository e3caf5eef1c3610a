-- What an answer of the patient says, whole (DOMAIN §4). Null: not said.

alter table consent_record
  add due_date               date,
  add notice_handed_time     timestamptz,
  add categories_informed    text[] check (
    cardinality(categories_informed) > 0
    and categories_informed <@ '{HealthProfessional,ListedProfessional,Expert,Observer}'),
  add excluded_people        text[] not null default '{}' check (cardinality(excluded_people) <= 20),
  add excluded_topics        text[] not null default '{}' check (cardinality(excluded_topics) <= 20),
  add patient_participation  text check (patient_participation in ('None', 'Part', 'All')),
  add evidence_location      text check (evidence_location in ('DOSSIER_PATIENT', 'DOSSIER_STRUCTURE', 'REMIS_AU_PATIENT')),
  add patient_situation      text check (patient_situation in ('Adult', 'Minor', 'Guardianship', 'Curatorship')),
  add own_opinion            text check (own_opinion in ('Agrees', 'Opposed', 'Unable')),
  add accompanying_adult     text check (accompanying_adult in ('FAMILLE', 'PROFESSIONNEL', 'AUTRE')),
  add trusted_person_present boolean not null default false,
  add flagged                boolean not null default false,
  drop constraint consent_record_reason_check,
  add check (reason in ('URGENCE', 'IMPOSSIBILITE', 'FIN_DE_PRISE_EN_CHARGE', 'SANS_CONTACT_24_MOIS')),
  drop constraint consent_record_giver_check,
  add check (giver in ('Patient', 'LegalRepresentative', 'Both', 'MinorAlone')),
  add check (status in ('NotCollected', 'Informed', 'Granted', 'Refused', 'Deferred', 'Withdrawn', 'Expired')),
  add check (due_date is null or status = 'Deferred'),
  add check (accompanying_adult is null or giver = 'MinorAlone'),
  add check (patient_situation is distinct from 'Curatorship' or giver is null or giver = 'Patient');

-- What the 24 months without contact are looked for by.
create index cases_granted on cases (update_time) where consent = 'Granted';

-- Topics a patient may exclude, and the versions of the notice that may be handed over (none listed: any).
alter table reference_list drop constraint reference_list_list_check;
alter table reference_list add check (list in ('motive', 'product', 'context', 'age_band', 'channel', 'topic', 'notice'));
insert into reference_list (list, version, codes, put_time)
values ('topic', '2026', '{TRAITEMENTS,PRODUITS,SANTE_MENTALE,SEXUALITE,MALADIES_INFECTIEUSES,GROSSESSE,VIOLENCES,JUSTICE,FAMILLE,LOGEMENT,RESSOURCES,EMPLOI}', '2026-01-01T00:00:00Z');
