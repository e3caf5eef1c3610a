create table probe (id integer primary key, day date, instant timestamptz, state integer);
create table probe_log (id integer primary key);
comment on table probe_log is 'append-only: for the tests of the migrator';
