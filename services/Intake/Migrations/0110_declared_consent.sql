-- That the patient was informed is attested by a health professional only (ADR 0022): what somebody else declares with a
-- deposit is kept beside the status, which stays NotCollected until a health professional records it.
alter table consent_record
  add declared text check (declared in ('Informed', 'Granted')),
  add constraint consent_record_declared_is_not_in_force check (declared is null or status = 'NotCollected');
