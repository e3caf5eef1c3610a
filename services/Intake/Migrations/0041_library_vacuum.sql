-- What was deleted lies in its page until the next vacuum: here that comes at once (docs/adr/0014).
alter table library_proposal set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
