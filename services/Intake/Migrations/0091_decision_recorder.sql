-- Who recorded a decision still reads it after the patient has withdrawn (DOMAIN §4). Null: not known who.
alter table decision add recorder text;
