create table probe (id integer primary key, day date, instant timestamptz, state integer);
create table probe_log (id integer primary key);
comment on table probe_log is 'append-only: for the tests of the migrator';
create table copied (a uuid, b uuid, c int2, d int4, e int8, f boolean, g date, h date, i timestamptz, j text, k text);
