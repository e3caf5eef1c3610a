-- Lines of files being imported. They are never committed: an import stages, sorts and reads them in one transaction
-- that is always rolled back, so that whatever ends it (success, a client that hangs up, a crash) leaves nothing behind.
create unlogged table import_line (
  file    smallint not null,
  line    int      not null,
  key     text     collate "C" not null,       -- of the resource the line speaks of; empty for a line that cannot be read
  fields  text[]   not null,                   -- in the order of Files/FileFormat.cs; null: the file has no such column
  reason  text,                                -- why the line cannot be read
  message text);
comment on column import_line.file is 'number of membership.v1.DirectoryFile';

-- imported_hash: 32 bytes of a typed row, or 16 bytes per file that speaks of the resource (Files/Digest.cs).
alter table commune drop constraint commune_content_hash_check,
  add constraint commune_imported_hash_check check (length(imported_hash) in (16, 32));
alter table organisation drop constraint organisation_content_hash_check,
  add constraint organisation_imported_hash_check check (length(imported_hash) in (32, 48));
