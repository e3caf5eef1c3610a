-- Where invitations go, and where their answers come to: as the directory says them. Empty until it says them (again).
alter table professional add column mssante text not null default '' check (length(mssante) <= 254);
alter table pole add column coordinator_email text not null default '' check (length(coordinator_email) <= 254);

-- What the second half of an invitation's UID is computed with (docs/adr/0021): 244 random bits.
insert into service_secret (name, value)
values ('invitation_uid', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')))
on conflict do nothing;
