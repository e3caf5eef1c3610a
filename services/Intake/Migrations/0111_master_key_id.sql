-- Which master key wrapped a key (Encryption/MasterKey.cs): an id that tells nothing of it. Null: wrapped before ids were
-- kept. A column, not a part of the wrapped key: the version before this one still reads what this one writes.
alter table case_key add column key_id text check (key_id ~ '^[0-9a-f]{16}$');
alter table alert_key add column key_id text check (key_id ~ '^[0-9a-f]{16}$');

-- The keys of fingerprints, wrapped by the master key and kept when that one is changed: one row, made at the first start.
create table fingerprint_key (
  only_one     boolean primary key default true check (only_one),
  wrapped_keys bytea   not null check (length(wrapped_keys) = 156),
  key_id       text    not null check (key_id ~ '^[0-9a-f]{16}$'));
